using System;
using RedGen.Compiler.Verify.Build;

namespace RedGen.Compiler;

/// <summary>A model as the host hands it over.</summary>
/// <param name="FileName">The file's name without folder, as messages and the generated header show it.</param>
/// <param name="Bytes">The file's content.</param>
/// <param name="Sha256">The SHA-256 of <paramref name="Bytes"/> in lower-case hex.</param>
/// <param name="ReadExternal">
/// Reads a file of external data by its path relative to the model's folder (forward slashes; already checked to stay inside
/// that folder), or null where it does not exist.
/// </param>
public sealed record ModelSource(
    string FileName,
    ReadOnlyMemory<byte> Bytes,
    string Sha256,
    Func<string, ReadOnlyMemory<byte>?> ReadExternal)
{
    /// <summary>The text of the plan file that belongs to the model; null where there is none.</summary>
    public string? PlanText { get; init; }

    /// <summary>The text of the table of costs that <see cref="Options.CompilerOptions.Costs"/> names; null where it names none of its own.</summary>
    public string? CostsText { get; init; }

    /// <summary>The SHA-256 of the samples that the plan should have been made with; empty for none.</summary>
    public string SamplesSha256 { get; init; } = "";

    /// <summary>What a build wants proven of the model; null: nothing.</summary>
    public VerificationRequest? Verification { get; init; }

    /// <summary>A model without external data.</summary>
    public static ModelSource FromBytes(string fileName, ReadOnlyMemory<byte> bytes)
        => new(fileName, bytes, Hash(bytes), static _ => null);

    /// <summary>The SHA-256 of bytes in lower-case hex.</summary>
    public static string Hash(ReadOnlyMemory<byte> bytes)
    {
        using var sha = System.Security.Cryptography.SHA256.Create();
        byte[] hash = System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment) && segment.Array is not null
            ? sha.ComputeHash(segment.Array, segment.Offset, segment.Count)
            : sha.ComputeHash(bytes.ToArray());
        var text = new System.Text.StringBuilder(64);
        foreach (byte b in hash) text.Append(b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        return text.ToString();
    }
}
