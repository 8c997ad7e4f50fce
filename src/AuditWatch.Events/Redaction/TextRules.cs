namespace AuditWatch.Events.Redaction;

/// <summary>What a text is, as far as it decides how it may hold a secret.</summary>
[Flags]
internal enum TextRules : byte
{
    /// <summary>Any text: secrets that tell themselves, and <c>name=value</c>.</summary>
    None = 0,

    /// <summary>A configuration file or header: also <c>name: value</c> anywhere.</summary>
    Config = 1,

    /// <summary>A command line: also <c>--name value</c> whatever the value, and the short options of known programs.</summary>
    CommandLine = 2,

    /// <summary>Only secrets that tell themselves: the text's names and values belong to Kubernetes (label selectors).</summary>
    ShapesOnly = 4,

    /// <summary>Bytes that did not parse: when in doubt, less is kept.</summary>
    Suspicious = 8,
}
