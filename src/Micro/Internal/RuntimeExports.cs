using System;
using System.Runtime;

namespace Internal.Runtime.CompilerHelpers;

/// <summary>What ILC calls where a runtime would have work to do: at the borders to C. There is no garbage collector that wants to know.</summary>
internal static class StartupCodeHelpers
{
    [RuntimeExport("RhpReversePInvoke")]
    private static void EnterFromC(IntPtr frame)
    {
    }

    [RuntimeExport("RhpReversePInvokeReturn")]
    private static void ReturnToC(IntPtr frame)
    {
    }

    [RuntimeExport("RhpPInvoke")]
    private static void CallC(IntPtr frame)
    {
    }

    [RuntimeExport("RhpPInvokeReturn")]
    private static void ReturnFromC(IntPtr frame)
    {
    }

    [RuntimeExport("RhpFallbackFailFast")]
    private static void FailFast() => ThrowHelpers.Stop();
}

/// <summary>Arithmetic of 64 bits for which ILC calls functions by the names of C.</summary>
internal static class WideExports
{
    [RuntimeExport("RhpLMul")]
    private static ulong Multiply(ulong a, ulong b)
    {
        uint low = (uint)a, other = (uint)b;
        return ((ulong)low * other) + ((ulong)((low * (uint)(b >> 32)) + ((uint)(a >> 32) * other)) << 32);
    }

    [RuntimeExport("RhpLLsh")]
    private static ulong ShiftLeft(ulong value, int places)
    {
        places &= 63;
        uint low = (uint)value, high = (uint)(value >> 32);
        if (places == 0) return value;
        return places >= 32 ? (ulong)(low << (places - 32)) << 32 : ((ulong)((high << places) | (low >> (32 - places))) << 32) | (low << places);
    }

    [RuntimeExport("RhpLRsz")]
    private static ulong ShiftRight(ulong value, int places)
    {
        places &= 63;
        uint low = (uint)value, high = (uint)(value >> 32);
        if (places == 0) return value;
        return places >= 32 ? high >> (places - 32) : ((ulong)(high >> places) << 32) | ((low >> places) | (high << (32 - places)));
    }

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
