using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Sampling;

/// <summary>
/// Where the random numbers of a node begin. Every evaluation draws the same numbers: generated code keeps no state between calls, so
/// that it can be tested and called from several threads. Nodes without a seed begin at one that their name gives, so that no two draw
/// the same numbers.
/// </summary>
internal static class RandomSeed
{
    /// <summary>The seed of a node's generator.</summary>
    public static ulong Of(Node node)
    {
        if (node.Attributes.Find("seed") is FloatAttribute seed)
            return unchecked((ulong)System.BitConverter.DoubleToInt64Bits(seed.Value));
        if (node.Attributes.Find("seed") is IntAttribute number) return unchecked((ulong)number.Value);
        // FNV-1a, 64 bits.
        ulong hash = 0xCBF29CE484222325UL;
        foreach (char c in node.Name) hash = unchecked((hash ^ c) * 0x100000001B3UL);
        return hash;
    }

    /// <summary>The reference's generator.</summary>
    public static SplitMix64 Generator(Node node) => new(Of(node));

    /// <summary>The bits of a uniform number that its type holds exactly between 0 and 1, so that none is rounded up to 1.</summary>
    public static int UniformBits(ElementType type) => type switch
    {
        ElementType.Float16 => 11,
        ElementType.BFloat16 => 8,
        ElementType.Float32 => 24,
        _ => 53,
    };
}
