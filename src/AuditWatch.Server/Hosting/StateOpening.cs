using System.Security.Cryptography;
using AuditWatch.Server.Configuration;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Hosting;

/// <summary>
/// Opens the state where the configuration says it is. A folder whose state is elsewhere has a note of it: nobody may look into an empty <c>state.db</c> and believe
/// that there are no alerts; and a database is bound to one folder, because positions in it are places in that folder's journal.
/// </summary>
static class StateOpening
{
    const string Note = "state-place";

    public static async Task<StateStore> OpenStateAsync(this DataFolder folder, StateConfig config, TimeProvider clock, OutboxOptions? outbox, Action<string> say, CancellationToken stop)
    {
        var file = Path.Combine(folder.Path, Note);
        var note = File.Exists(file) ? await File.ReadAllLinesAsync(file, stop) : [];
        if (config.Postgres is not { } postgres)
        {
            if (note.Length > 1)
                throw new StartFault($"The state of '{folder.Path}' is in {note[1]}: name the configuration that says so with --config FILE, or ask the running server with --server URL. " +
                                     $"To begin anew with an embedded state, delete '{file}'.");
            return await StateStore.OpenEmbeddedAsync(folder.Path, clock, outbox, stop);
        }

        var place = postgres.Place;
        if (note.Length == 0 && File.Exists(folder.State))
            say($"'{folder.State}' is not used any more: the state is in {place}. Detection reads the journal again from its beginning; triage, tokens and notification history stay behind in the file.");
        var shared = config.Journal;
        if (shared is not null && note.Length > 0 && note[0] != shared)
            throw new StartFault($"'{folder.Path}' belongs to a server with a journal of its own. Give this process another data folder with --data DIR.");
        var installation = shared ?? (note.Length > 0 ? note[0] : null) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var state = await StateStore.OpenPostgresAsync(place, clock, outbox, stop);
        try
        {
            // The note first: a claim whose holder does not know that it is his would lock everybody out.
            if (note.Length == 0) await File.WriteAllLinesAsync(file, [installation, place.ToString()], stop);
            await state.ClaimAsync(installation, stop);
            if (note.Length > 0 && note[^1] != place.ToString()) await File.WriteAllLinesAsync(file, [installation, place.ToString()], stop);
            return state;
        }
        catch
        {
            if (note.Length == 0) File.Delete(file);
            await state.DisposeAsync();
            throw;
        }
    }
}
