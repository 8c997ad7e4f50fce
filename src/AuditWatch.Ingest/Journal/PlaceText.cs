namespace AuditWatch.Ingest.Journal;

/// <summary>The text of a frame's header that says where its records come from: the source's own position, and behind a tab, where it is known, the API server.</summary>
static class PlaceText
{
    const char Between = '\t';

    public static string Join(string position, string apiServer) => apiServer.Length == 0 ? position : string.Concat(position, "\t", apiServer);

    // An API server's name has no tab (it was cleaned); a file's path may have one.
    public static (string Position, string ApiServer) Split(string place) =>
        place.LastIndexOf(Between) is var at and >= 0 ? (place[..at], place[(at + 1)..]) : (place, "");
}
