using System.Runtime;

namespace Internal.Runtime.CompilerHelpers;

/// <summary>Shifts of 64 bits to the right that keep the sign.</summary>
internal static class RhpLRsh
{
    [RuntimeExport("RhpLRsh")]
    private static long ShiftSigned(long value, int places)
    {
        places &= 63;
        uint low = (uint)value;
        int high = (int)(value >> 32);
        if (places == 0) return value;
        return places >= 32 ? high >> (places - 32) : ((long)(high >> places) << 32) | ((low >> places) | ((uint)high << (32 - places)));
    }
}
