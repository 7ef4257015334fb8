#nullable enable
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Room on the stack for runs of rows (<see cref="PoolGrid"/>).</summary>
[StructLayout(LayoutKind.Sequential, Size = Count * 20)]
internal struct PoolRuns
{
    /// <summary>How many there is room for.</summary>
    internal const int Count = 64;

    private PoolRun _first;

    /// <summary>The first of them.</summary>
    internal static ref PoolRun First(ref PoolRuns runs) => ref runs._first;
}
