#nullable enable
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Room for the sums of one tile: 24 vectors of at most 16 floats.</summary>
[StructLayout(LayoutKind.Sequential, Size = 24 * 16 * sizeof(float))]
internal struct TileBuffer
{
}
