#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// The loops around the micro-kernels of a matrix product: blocks of A's rows that stay in L2, pairs of vectors of columns, tiles of rows.
/// </summary>
internal readonly ref struct GemmPass
{
    /// <summary>A block of A's rows is kept below this many floats where a tile's rows allow it.</summary>
    private const int BlockFloats = 65536;

    private readonly ReadOnlySpan<float> _a;
    private readonly ReadOnlySpan<float> _b;
    private readonly ReadOnlySpan<float> _bias;
    private readonly ReadOnlySpan<float> _addend;
    private readonly Span<float> _c;
    private readonly int _rows;
    private readonly int _depth;
    private readonly int _columns;

    internal GemmPass(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> bias, ReadOnlySpan<float> addend, Span<float> c,
        int rows, int depth, int columns)
    {
        _a = a;
        _b = b;
        _bias = bias;
        _addend = addend;
        _c = c;
        _rows = rows;
        _depth = depth;
        _columns = columns;
    }

    /// <summary>Computes C.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Run<TLanes, TActivation>(TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        unchecked
        {
            TileBuffer buffer;
            Unsafe.SkipInit(out buffer);
            TileTables tables = default;
            TileTables.Fill(ref tables, _depth, _columns);
            ref float sums = ref TileBuffer.Start(ref buffer);
            int lanes = default(TLanes).Count;
            int block = Math.Max(BlockFloats / Math.Max(_depth, 1) / 24, 1) * 24;
            for (int row = 0; row < _rows; row += block)
            {
                int rows = Math.Min(block, _rows - row);
                for (int column = 0; column < _columns;)
                {
                    int vectors = column + lanes < _columns ? 2 : 1;
                    RunColumns<TLanes, TActivation>(row, rows, column, vectors, ref sums, ref tables, activation);
                    column += vectors * lanes;
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private void RunColumns<TLanes, TActivation>(
        int row, int rows, int column, int vectors, ref float sums, ref TileTables tables, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        unchecked
        {
            int lanes = default(TLanes).Count;
            int count = Math.Min(vectors * lanes, _columns - column);
            TileBuffer.SetBias<TLanes>(ref sums, _bias.IsEmpty ? default : _bias.Slice(column, count), vectors);
            bool hasAddend = !_addend.IsEmpty;
            nint at = ((nint)row * _columns) + column;
            ref float a = ref Unsafe.Add(ref MemoryMarshal.GetReference(_a), (nint)row * _depth);
            ref float c = ref Unsafe.Add(ref MemoryMarshal.GetReference(_c), at);
            ref float addend = ref Unsafe.Add(ref MemoryMarshal.GetReference(_addend), hasAddend ? at : 0);
            ref float b = ref Unsafe.Add(
                ref MemoryMarshal.GetReference(_b), (column / Dense.PanelWidth * Dense.PanelWidth * _depth) + (column % Dense.PanelWidth));
            nint second = lanes == Dense.PanelWidth ? Dense.PanelWidth * _depth : lanes;
            bool direct = DirectTile.Serves<TLanes, TActivation>(count);
            bool isFirst = direct && DirectTile.AreFirst<TLanes>(count, (long)rows * _depth);
            ref float bias = ref Unsafe.Add(ref sums, TileBuffer.SumFloats);
            ref int segments = ref TileTables.Segments(ref tables);
            ref int targets = ref TileTables.Targets(ref tables);
            for (int left = rows; left > 0;)
            {
                ref int sources = ref TileTables.Sources(ref tables, left);
                nint ahead = Prefetch.Distance<TLanes>(Dense.PanelWidth * _depth, left == rows);
                int height;
                if (direct && left >= DirectTile.Rows<TLanes>())
                {
                    height = DirectTile.Run<TLanes>(
                        ref a, ref sources, ref segments, 1, _depth, ref b, second, count, ref bias, ref c, ref targets, ref addend, hasAddend, Bounds.Of(activation), ahead, isFirst);
                }
                else
                {
                    height = LaneTile.Run<TLanes>(left, count, ref a, ref sources, ref segments, 1, _depth, ref b, second, ref sums, ahead);
                    TileEnd.Finish<TLanes, TActivation>(ref sums, Math.Min(height, left), vectors, count, ref targets, ref c, ref addend, hasAddend, activation);
                }

                left -= height;
                if (left <= 0) return;
                a = ref Unsafe.Add(ref a, height * _depth);
                c = ref Unsafe.Add(ref c, height * _columns);
                addend = ref Unsafe.Add(ref addend, hasAddend ? height * _columns : 0);
            }
        }
    }
}
