using System;

namespace Internal.Runtime.CompilerHelpers;

/// <summary>What ILC looks up where IL names a field. Constant spans are all that does so, and ILC makes data of those.</summary>
internal static class LdTokenHelpers
{
    private static RuntimeTypeHandle GetRuntimeTypeHandle(IntPtr type) => default;

    private static RuntimeMethodHandle GetRuntimeMethodHandle(IntPtr method) => default;

    private static RuntimeFieldHandle GetRuntimeFieldHandle(IntPtr field) => default;
}
