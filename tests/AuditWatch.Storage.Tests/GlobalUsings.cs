global using AuditWatch.Detection.Alerts;
global using CsCheck;
global using Xunit;
