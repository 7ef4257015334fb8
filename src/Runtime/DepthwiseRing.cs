#nullable enable
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Room on the stack for lines of a depthwise convolution's input (<see cref="DepthwiseStrip"/>), from a multiple of 64 bytes on.</summary>
[StructLayout(LayoutKind.Sequential, Size = (Vectors + 1) * 64)]
internal struct DepthwiseRing
{
    /// <summary>Vectors of at most 16 floats: 24 KB, which stay in L1.</summary>
    internal const int Vectors = 384;

    private float _first;

    /// <summary>Where the lines begin: vectors that cross cache lines would be slow to read.</summary>
    internal static ref float Start(ref DepthwiseRing ring)
    {
        ref float first = ref ring._first;
        nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<float>(), ref first);
        return ref Unsafe.AddByteOffset(ref first, -address & 63);
    }
}
