using Xunit;

namespace AuditWatch.Server.Tests.Access;

/// <summary>One guarded server for all who ask one.</summary>
[CollectionDefinition(nameof(GuardedServer))]
public sealed class GuardedServerCollection : ICollectionFixture<GuardedServer>;
