namespace AuditWatch.Events.Redaction;

/// <summary>Which names (of members, environment variables, options, parameters) say that their value is a credential.</summary>
internal static class CredentialNames
{
    static readonly string[] References =
        ["file", "path", "name", "ref", "length", "policy", "ttl", "expiry", "expires", "timeout", "enabled", "required", "hint", "field", "prefix", "suffix", "dir", "age", "type", "count", "url", "uri", "id", "selector", "min", "max", "namespace", "version", "mount", "store", "provider", "algorithm", "issuer", "audience", "reset", "rotation", "seconds"];

    static readonly string[] KeyWords =
        ["api", "access", "account", "private", "secret", "encryption", "signing", "auth", "shared", "sharedaccess", "license", "master", "client", "storage", "subscription", "primary", "secondary", "ssh", "rsa", "hmac", "consumer", "deploy", "stripe", "service", "app", "aes", "tls", "session"];

    static readonly ulong[] Known = new ulong[4096];
    static readonly long Seed = BitConverter.ToInt64(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));   // nobody shall craft names that collide

    /// <summary>Whether a value under this name is a credential. Judged by the name's words (split at case, <c>_ - .</c>): the last one counts, and a password anywhere.</summary>
    public static bool IsCredential(ReadOnlySpan<byte> name)
    {
        if (name.Length is < 2 or > 253) return false;
        // Names repeat: the answer is kept beside the name's hash, in its lowest bit.
        var hash = System.IO.Hashing.XxHash3.HashToUInt64(name, Seed) | 1;
        ref var known = ref Known[(int)(hash >> 52)];
        if ((known | 1) == hash) return (known & 1) != 0;
        var answer = Judge(name);
        known = answer ? hash : hash ^ 1;
        return answer;
    }

    static bool Judge(ReadOnlySpan<byte> name)
    {
        Span<byte> folded = stackalloc byte[253 * 2];
        var words = Fold(name, folded);
        var last = LastWord(words, out var before);
        // A trailing number or a word that only says where or how is no change: PASSWORD_2, TOKEN_PROD, key.pem, secret_base64.
        while (before.Length > 0 && (IsNumber(last) || IsQualifier(last))) { words = before; last = LastWord(words, out before); }
        if (Contains(words, "password") || Contains(words, "passwd") || Contains(words, "passphrase") || Contains(words, "passwort"))
            return !Is(last, References) && !Is(last, "secret") && !Is(last, "key");
        if (Contains(words, "pgpass")) return true;
        if (EndsWith(last, "token") || EndsWith(last, "tokens") || EndsWith(last, "secret") || Is(last, "secrets") || Is(last, "pwd") || Is(last, "pass") || Is(last, "pw")
            || Is(last, "credential") || Is(last, "credentials") || Is(last, "creds") || Is(last, "authorization") || Is(last, "pat") || Is(last, "auth") || Is(last, "psk") || Is(last, "sig")) return true;
        if (Is(last, "apikey") || Is(last, "accesskey") || Is(last, "secretkey") || Is(last, "privatekey") || Is(last, "accountkey") || Is(last, "sharedaccesskey") || Is(last, "authkey")) return true;
        if (Is(last, "data") && Contains(before, "client key")) return true;   // kubeconfig's client-key-data
        if (!Is(last, "key") && !Is(last, "keys")) return false;
        return Is(LastWord(before, out _), KeyWords);
    }

    /// <summary>Whether the name is one whose value is often only the name of a Secret, so that the value has a say.</summary>
    public static bool IsAmbiguous(ReadOnlySpan<byte> name)
    {
        Span<byte> folded = stackalloc byte[253 * 2];
        var words = Fold(name.Length > 253 ? name[..253] : name, folded);
        return !Contains(words, "passw") && !Contains(words, "passphrase") && !Contains(words, "pwd") && !Contains(words, "api key") && !Contains(words, "apikey")
            && !Contains(words, "access key") && !Contains(words, "private key") && !Contains(words, "account key") && !Contains(words, "authorization");
    }

    // "dbPassword", "DB_PASSWORD" and "db-password" all become "db password".
    static ReadOnlySpan<byte> Fold(ReadOnlySpan<byte> name, Span<byte> folded)
    {
        var n = 0;
        for (var i = 0; i < name.Length; i++)
        {
            var b = name[i];
            if (!char.IsAsciiLetterOrDigit((char)b)) { if (n > 0 && folded[n - 1] != ' ') folded[n++] = (byte)' '; continue; }
            var upper = char.IsAsciiLetterUpper((char)b);
            var starts = upper && i > 0 && (char.IsAsciiLetterLower((char)name[i - 1]) || (char.IsAsciiLetterUpper((char)name[i - 1]) && i + 1 < name.Length && char.IsAsciiLetterLower((char)name[i + 1])));
            if (starts && n > 0 && folded[n - 1] != ' ') folded[n++] = (byte)' ';
            folded[n++] = upper ? (byte)(b | 0x20) : b;
        }
        return folded[..n].TrimEnd((byte)' ');
    }

    static ReadOnlySpan<byte> LastWord(ReadOnlySpan<byte> words, out ReadOnlySpan<byte> before)
    {
        var at = words.LastIndexOf((byte)' ');
        before = at < 0 ? default : words[..at];
        return words[(at + 1)..];
    }

    static bool IsNumber(ReadOnlySpan<byte> word) => word.Length > 0 && word.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    static readonly string[] Qualifiers = ["value", "prod", "production", "dev", "staging", "test", "base64", "b64", "txt", "pem", "json", "text", "string", "old", "new", "current", "previous", "primary", "default", "env", "plain", "raw"];

    static bool IsQualifier(ReadOnlySpan<byte> word) => Is(word, Qualifiers);

    static bool Is(ReadOnlySpan<byte> word, params ReadOnlySpan<string> any)
    {
        foreach (var one in any)
            if (word.Length == one.Length && System.Text.Ascii.Equals(word, one)) return true;
        return false;
    }

    static bool EndsWith(ReadOnlySpan<byte> word, string end) => word.Length >= end.Length && System.Text.Ascii.Equals(word[^end.Length..], end);

    static bool Contains(ReadOnlySpan<byte> words, string part) => ContainsFolded(words, part);

    static bool ContainsFolded(ReadOnlySpan<byte> text, string part)
    {
        for (var i = 0; i + part.Length <= text.Length; i++)
            if (System.Text.Ascii.EqualsIgnoreCase(text.Slice(i, part.Length), part)) return true;
        return false;
    }
}
