using System;
using System.Collections.Generic;
using System.Linq;

namespace RedGen.TestKit;

/// <summary>
/// Hostile inputs made from good ones, the same on every machine: case number <c>i</c> depends on <c>i</c> and the seeds only,
/// so that a failure can be repeated by its number.
/// </summary>
public sealed class FuzzCases
{
    private readonly byte[][] _seeds;

    /// <summary>Takes the good inputs.</summary>
    public FuzzCases(IEnumerable<byte[]> seeds) => _seeds = [.. seeds];

    /// <summary>A run of cases.</summary>
    public IEnumerable<byte[]> Range(int first, int count) => Enumerable.Range(first, count).Select(Make);

    /// <summary>One case.</summary>
    public byte[] Make(int number)
    {
#pragma warning disable CA5394 // a seeded generator is the point
        var random = new Random(unchecked((number * 7919) + 17));
        return (number % 10) switch
        {
            0 => FlipBits(Seed(random), random),
            1 or 2 => Truncate(Seed(random), random),
            3 => Splice(Seed(random), Seed(random), random),
            4 => CopyWithin(Seed(random), random),
            5 => RandomBytes(random),
            6 => FlipBits(HostileGraph.Make(random), random),
            7 => HostileGraph.Make(random),
            _ => FieldMutator.Mutate(Seed(random), random),
        };
#pragma warning restore CA5394
    }

    private byte[] Seed(Random random) => (byte[])_seeds[random.Next(_seeds.Length)].Clone();

    private static byte[] FlipBits(byte[] bytes, Random random)
    {
        if (bytes.Length == 0) return bytes;
        for (int i = 1 << random.Next(7); i > 0; i--) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] Truncate(byte[] bytes, Random random) => bytes[..random.Next(bytes.Length + 1)];

    private static byte[] Splice(byte[] head, byte[] tail, Random random)
        => [.. head[..random.Next(head.Length + 1)], .. tail[random.Next(tail.Length + 1)..]];

    private static byte[] CopyWithin(byte[] bytes, Random random)
    {
        if (bytes.Length < 2) return bytes;
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            int from = random.Next(bytes.Length);
            int to = random.Next(bytes.Length);
            int length = Math.Min(random.Next(1, 64), bytes.Length - Math.Max(from, to));
            Array.Copy(bytes, from, bytes, to, length);
        }

        return bytes;
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(2048)];
        random.NextBytes(bytes);
        if (bytes.Length > 4 && random.Next(2) == 0) ((byte[])[8, 8, 58, (byte)random.Next(128)]).CopyTo(bytes, 0); // IR version, then a graph
        return bytes;
    }
}
