using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Hosting;

/// <summary>Logs as one JSON object a line on stderr: whatever an attacker put into a name or an agent stays inside its field.</summary>
sealed class JsonLineLogger(TimeProvider clock) : ILoggerProvider
{
    static readonly Lock Gate = new();
    readonly Stream _error = Console.OpenStandardError();
    readonly ConcurrentDictionary<string, ILogger> _loggers = new();

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, name => new Category(this, name));

    public void Dispose() => _error.Flush();

    void Write(string category, LogLevel level, Microsoft.Extensions.Logging.EventId id, object? fields, Exception? fault, string message)
    {
        using var line = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("time", clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", level.ToString().ToLowerInvariant());
            if (id.Id != 0) json.WriteNumber("event", id.Id);
            json.WriteString("category", category);
            json.WriteString("message", message);
            if (fields is IEnumerable<KeyValuePair<string, object?>> pairs)
            {
                foreach (var (name, value) in pairs.Where(p => p.Key != "{OriginalFormat}"))
                    json.WriteString(JsonNamingPolicy.SnakeCaseLower.ConvertName(name), Convert.ToString(value, CultureInfo.InvariantCulture));
            }
            if (fault is not null) json.WriteString("error", fault.ToString());
            json.WriteEndObject();
        }
        line.WriteByte((byte)'\n');
        lock (Gate) _error.Write(line.GetBuffer(), 0, (int)line.Length);
    }

    sealed class Category(JsonLineLogger owner, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner.Write(name, logLevel, eventId, state, exception, formatter(state, exception));
    }
}
