using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace AuditWatch.Detection.Alerts;

/// <summary>JSON that people look at too: text is written as it is, but for what would hide or turn the text around it.</summary>
public static class ShownText
{
    /// <summary>Escapes controls, and characters of format: marks of direction, joiners, what has no width.</summary>
    public static JavaScriptEncoder Encoder { get; } = Make();

    static JavaScriptEncoder Make()
    {
        var settings = new TextEncoderSettings(UnicodeRanges.All);
        for (var unit = 0; unit <= char.MaxValue; unit++)
            if (char.GetUnicodeCategory((char)unit) == UnicodeCategory.Format) settings.ForbidCharacter((char)unit);
        return JavaScriptEncoder.Create(settings);
    }
}
