using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AuditWatch.Events.Tests.Redaction;

/// <summary>A made-up secret and every form in which it could still stand somewhere.</summary>
internal sealed record PlantedSecret(string Text)
{
    const string Alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>Random, of the characters that passwords have; with <paramref name="awkward"/> also those that JSON, URLs and YAML escape.</summary>
    public static PlantedSecret Make(Random random, bool awkward = false)
    {
        var text = new StringBuilder();
        for (var i = random.Next(16, 40); i > 0; i--) text.Append(Alphabet[random.Next(Alphabet.Length)]);
        if (awkward) for (var i = 0; i < 4; i++) text.Insert(random.Next(1, text.Length - 1), "\"\\/+é!"[random.Next(6)]);
        return new(text.ToString());
    }

    public string Base64 => Convert.ToBase64String(Encoding.UTF8.GetBytes(Text));

    public string Json => JsonEncodedText.Encode(Text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();

    /// <summary>What of it can be found in a text; null when nothing is left.</summary>
    public string? FoundIn(string text)
    {
        foreach (var form in Forms())
            for (var i = 0; i + 12 <= form.Length; i++)
                if (text.Contains(form.AsSpan(i, 12).ToString(), StringComparison.Ordinal)) return form.Substring(i, 12);
        return null;
    }

    /// <summary>So many characters of a secret in a row are a find.</summary>
    public const int PieceLength = 12;

    /// <summary>Every piece of every form, to be looked for in many texts at once.</summary>
    public IEnumerable<string> Pieces() => Forms().SelectMany(form => Enumerable.Range(0, Math.Max(0, form.Length - PieceLength + 1)).Select(i => form.Substring(i, PieceLength)));

    IEnumerable<string> Forms()
    {
        yield return Text;
        yield return Json;
        yield return JsonEncodedText.Encode(Text).ToString();
        yield return JsonEncodedText.Encode(Json, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        yield return Uri.EscapeDataString(Text);
        yield return Base64;
        var bytes = Encoding.UTF8.GetBytes(Text);
        // The other two alignments: without the characters that the neighbours share.
        yield return Convert.ToBase64String([0, .. bytes])[2..^4];
        yield return Convert.ToBase64String([0, 0, .. bytes])[3..^4];
        yield return Uri.EscapeDataString(Base64);
    }
}
