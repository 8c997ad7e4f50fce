using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;
using AuditWatch.Detection.Incidents;
using AuditWatch.Detection.Knowledge;
using AuditWatch.Detection.Reasoning;

namespace AuditWatch.Detection.State;

/// <summary>The form in which detection state is kept. Additions only: an older state must stay readable.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReasonerClock))]
[JsonSerializable(typeof(SavedSighting))]
[JsonSerializable(typeof(CredentialRecord))]
[JsonSerializable(typeof(ArmedSubject))]
[JsonSerializable(typeof(OpenAlertRecord))]
[JsonSerializable(typeof(SavedCounted))]
[JsonSerializable(typeof(SavedFirstSeen))]
[JsonSerializable(typeof(SavedPresence))]
[JsonSerializable(typeof(SavedUsual))]
[JsonSerializable(typeof(KnownObject))]
[JsonSerializable(typeof(SavedBaseline))]
[JsonSerializable(typeof(OwnerAlert))]
[JsonSerializable(typeof(CaseFile))]
sealed partial class StateJson : JsonSerializerContext
{
    public static byte[] Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    public static T Read<T>(byte[] utf8, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(utf8, type) ?? throw new JsonException($"The saved {typeof(T).Name} is null.");
}
