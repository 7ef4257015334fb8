using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;

namespace RedGen.Cli.Firmware;

/// <summary>What one object file brought into one section of a linked program.</summary>
/// <param name="Section">The section of the object file, such as <c>.text.digits</c>.</param>
/// <param name="Bytes">Its bytes.</param>
internal sealed record MapEntry(string Section, int Bytes);

/// <summary>Reads the map that GNU ld writes.</summary>
internal static class LinkerMap
{
    /// <summary>The sections of an object file that are part of the program; empty ones and those of the file's own (attributes) are left out.</summary>
    /// <param name="map">The map's text.</param>
    /// <param name="objectFile">The object file's name without folders.</param>
    public static ImmutableArray<MapEntry> EntriesOf(string map, string objectFile)
    {
        var entries = new List<MapEntry>();
        string[] lines = map.Split('\n');
        int first = Array.FindIndex(lines, static l => l.StartsWith("Linker script and memory map", StringComparison.Ordinal));
        string pending = "";
        foreach (string line in lines.AsSpan(Math.Max(first, 0)))
        {
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // A long section name stands on a line of its own.
            if (parts.Length == 1 && line.StartsWith(" .", StringComparison.Ordinal)) pending = parts[0];
            else if (parts.Length > 0)
            {
                if (parts[0].StartsWith('.') && parts.Length >= 4) Add(entries, parts[0], parts.AsSpan(1), objectFile);
                else if (pending.Length > 0 && parts.Length >= 3) Add(entries, pending, parts, objectFile);
                pending = "";
            }
        }

        return [.. entries];
    }

    private static void Add(List<MapEntry> entries, string section, ReadOnlySpan<string> rest, string objectFile)
    {
        string file = string.Join(' ', rest[2..].ToArray());
        if (Path.GetFileName(file) != objectFile || !rest[1].StartsWith("0x", StringComparison.Ordinal)) return;
        int bytes = int.Parse(rest[1].AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        bool isInProgram = section is not (".ARM.attributes" or ".comment") && !section.StartsWith(".debug", StringComparison.Ordinal) && !section.StartsWith(".note", StringComparison.Ordinal);
        if (bytes > 0 && isInProgram) entries.Add(new(section, bytes));
    }
}
