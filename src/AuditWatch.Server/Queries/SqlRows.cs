using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using AuditWatch.Storage.Index;

namespace AuditWatch.Server.Queries;

/// <summary>Rows of an SQL answer as JSON objects; names that repeat get a number.</summary>
static class SqlRows
{
    public static RowPage Read(SqlAnswer answer)
    {
        var names = new List<string>();
        foreach (var column in answer.Columns)
        {
            var name = column.Name;
            for (var n = 2; names.Contains(name); n++) name = string.Create(CultureInfo.InvariantCulture, $"{column.Name}_{n}");
            names.Add(name);
        }
        var rows = new List<ReadOnlyMemory<byte>>();
        foreach (var row in answer.Rows())
        {
            rows.Add(Rows.Write(json =>
            {
                for (var i = 0; i < names.Count; i++)
                {
                    json.WritePropertyName(names[i]);
                    Value(json, row[i]);
                }
            }));
        }
        return new RowPage(rows, answer.IsCutOff ? "more" : null);
    }

    static void Value(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case string text: json.WriteStringValue(text); break;
            case DateTime time: json.WriteStringValue(DateTime.SpecifyKind(time, DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)); break;
            case double number when !double.IsFinite(number): json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture)); break;
            case float number when !float.IsFinite(number): json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture)); break;
            case byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal or BigInteger or Int128 or UInt128:
                json.WriteRawValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            case byte[] bytes: json.WriteStringValue(Convert.ToHexStringLower(bytes)); break;
            case IDictionary map:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    json.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "");
                    Value(json, entry.Value);
                }
                json.WriteEndObject();
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (var item in list) Value(json, item);
                json.WriteEndArray();
                break;
            case IFormattable other: json.WriteStringValue(other.ToString(null, CultureInfo.InvariantCulture)); break;
            default: json.WriteStringValue(value.ToString()); break;
        }
    }
}
