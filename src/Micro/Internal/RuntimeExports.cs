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
