using System.Runtime;

namespace Internal.Runtime.CompilerHelpers;

/// <summary>Shifts of 64 bits to the right.</summary>
internal static class RhpLRsz
{
    [RuntimeExport("RhpLRsz")]
    private static ulong ShiftRight(ulong value, int places)
    {
        places &= 63;
        uint low = (uint)value, high = (uint)(value >> 32);
        if (places == 0) return value;
        return places >= 32 ? high >> (places - 32) : ((ulong)(high >> places) << 32) | ((low >> places) | (high << (32 - places)));
    }
}
