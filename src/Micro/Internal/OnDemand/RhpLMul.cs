using System.Runtime;

namespace Internal.Runtime.CompilerHelpers;

/// <summary>Products of 64 bits.</summary>
internal static class RhpLMul
{
    [RuntimeExport("RhpLMul")]
    private static ulong Multiply(ulong a, ulong b)
    {
        uint low = (uint)a, other = (uint)b;
        return ((ulong)low * other) + ((ulong)((low * (uint)(b >> 32)) + ((uint)(a >> 32) * other)) << 32);
    }
}
