using System.Runtime;

namespace Internal.Runtime.CompilerHelpers;

/// <summary>Shifts of 64 bits to the left.</summary>
internal static class RhpLLsh
{
    [RuntimeExport("RhpLLsh")]
    private static ulong ShiftLeft(ulong value, int places)
    {
        places &= 63;
        uint low = (uint)value, high = (uint)(value >> 32);
        if (places == 0) return value;
        return places >= 32 ? (ulong)(low << (places - 32)) << 32 : ((ulong)((high << places) | (low >> (32 - places))) << 32) | (low << places);
    }
}
