#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// A pooling over planes, a band of rows at a time. The input lines of each row of windows are folded into one line first, between margins that fold to nothing; then the
/// columns of each window, at every column; last, where the stride is above 1, the columns at which windows begin are kept. So a window of 5 × 5 takes 8 steps, not 24,
/// and vectors are full whatever the stride and the padding.
/// </summary>
internal readonly struct PlanePool
{
    /// <summary>Floats of a cache line, and the most that a vector has.</summary>
    private const int Line = 16;

    private readonly PoolShape _shape;
    private readonly bool _countsPadding;

    /// <summary>Columns of windows whose lines fit into a quarter of the room; 0 where one window's alone do not.</summary>
    private readonly int _columns;

    /// <summary>Floats of a line.</summary>
    private readonly int _length;

    private PlanePool(in PoolShape shape, bool countsPadding)
    {
        _shape = shape;
        _countsPadding = countsPadding;
        int room = (PoolLines.Floats / 5) - (3 * Line) - Math.Min(Reach(shape), PoolLines.Floats);
        _columns = room < 1 ? 0 : Math.Min(((room - 1) / shape.Width.Stride) + 1, shape.Width.Out);
        _length = _columns == 0 ? 0 : (Rounded(Positions(_columns)) + Rounded(Reach(shape))) + Line;
    }

    /// <summary>Computes one pooling.</summary>
    /// <param name="input">As <see cref="MaxPool"/> has it.</param>
    /// <param name="output">As <see cref="MaxPool"/> has it.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="countsPadding">Whether an average divides by the number of padded places too.</param>
    /// <param name="fold">What becomes of a window's elements.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    internal static void Run<TFold>(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape, bool countsPadding, TFold fold)
        where TFold : struct, IPoolFold
    {
        if (input.Length < shape.Channels * shape.InLength || output.Length < shape.Channels * shape.OutLength)
        {
            throw new ArgumentException("A span is shorter than the pooling's shape needs.");
        }

        if (shape.Channels * shape.OutLength == 0) return;
        if (PoolHalves.Serves(shape))
        {
            PoolHalves.Run(input, output, shape, fold);
            return;
        }

        if (PoolGrid.Serves(shape))
        {
            RunGrid(input, output, new PoolGrid(shape, countsPadding), shape.Width.In * shape.Height.Out, fold);
            return;
        }

        PlanePool pool = new(shape, countsPadding);
        if (pool._columns == 0 || pool.IsFewWindows)
        {
            PlaneWindows.Run(input, output, shape, countsPadding, fold);
            return;
        }

#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && shape.Width.In > Line / 2)
        {
            pool.Segments<Lanes512, TFold>(input, output, fold);
            return;
        }
#endif
        pool.Segments<VectorLanes, TFold>(input, output, fold);
    }

    private static void RunGrid<TFold>(ReadOnlySpan<float> input, Span<float> output, in PoolGrid grid, int length, TFold fold)
        where TFold : struct, IPoolFold
    {
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && length > Line / 2)
        {
            grid.Run<Lanes512, TFold>(input, output, fold);
            return;
        }
#endif
        grid.Run<VectorLanes, TFold>(input, output, fold);
    }

    /// <summary>Columns from a window's first to its last, less one.</summary>
    private static int Reach(in PoolShape shape) => (shape.Width.Kernel - 1) * shape.Width.Dilation;

    private static int Rounded(int floats) => (floats + Line - 1) / Line * Line;

    /// <summary>Columns from the first window's first to the last one's first.</summary>
    private int Positions(int windows) => unchecked((windows - 1) * _shape.Width.Stride) + 1;

    /// <summary>Whether a row has so few windows of so many columns that each is faster by itself.</summary>
    private bool IsFewWindows
    {
        get
        {
            PoolAxis width = _shape.Width;
            return width.Dilation == 1 && (long)width.Out * ((width.Kernel / Line) + 8) < (long)Rounded(Positions(width.Out)) / Line * width.Kernel;
        }
    }

    /// <summary>Some columns of windows of all planes at a time. Where these are all, vectors may run over a row's end: what they spoil is written next.</summary>
    [MethodImpl(Simd.Hot)]
    private void Segments<TLanes, TFold>(ReadOnlySpan<float> input, Span<float> output, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        PoolLines lines;
        Unsafe.SkipInit(out lines);
        ref float counts = ref PoolLines.Start(ref lines);
        ref float band = ref Unsafe.Add(ref counts, _length);
        int bandRows = (PoolLines.Floats / _length) - 1;
        for (int column = 0; column < _shape.Width.Out; column += _columns)
        {
            int columns = Math.Min(_columns, _shape.Width.Out - column);
            if (fold.IsAverage) Count(ref counts, column, columns);
            for (int plane = 0; plane < _shape.Channels * _shape.Depth.Out; plane++)
            {
                (int channel, int d) = (plane / _shape.Depth.Out, plane % _shape.Depth.Out);
                ReadOnlySpan<float> x = input.Slice(channel * _shape.InLength);
                for (int row = 0; row < _shape.Height.Out; row += bandRows)
                {
                    int rows = Math.Min(bandRows, _shape.Height.Out - row);
                    for (int i = 0; i < rows; i++) FoldLines<TLanes, TFold>(x, ref Unsafe.Add(ref band, i * _length), d, row + i, column, columns, fold);
                    Span<float> y = output.Slice((((plane * _shape.Height.Out) + row) * _shape.Width.Out) + column);
                    FoldColumns<TLanes, TFold>(ref band, ref counts, y, d, row, rows, columns, fold);
                }
            }
        }
    }

    /// <summary>How many columns of each window count.</summary>
    private void Count(ref float counts, int column, int columns)
    {
        PoolAxis width = _shape.Width;
        for (int i = 0; i < columns; i++)
        {
            Unsafe.Add(ref counts, i) = width.Counted(column + i, _countsPadding);
        }
    }

    /// <summary>The lines of a row of windows as one, with margins on both sides.</summary>
    [MethodImpl(Simd.Hot)]
    private void FoldLines<TLanes, TFold>(ReadOnlySpan<float> input, ref float line, int d, int h, int column, int columns, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            TLanes o = default;
            TLanes start = o.Fill(fold.Start);
            (PoolAxis depth, PoolAxis height, PoolAxis width) = (_shape.Depth, _shape.Height, _shape.Width);
            int first = (column * width.Stride) - width.Before;
            int needed = ((Positions(columns) + o.Count - 1) / o.Count * o.Count) + Reach(_shape);
            int before = Math.Min(Math.Max(-first, 0), needed);
            int inside = Math.Max(Math.Min(width.In - first, needed) - before, 0);
            for (int i = 0; i < before; i += o.Count) o.Store(start, ref line, i);

            int planes = depth.EndTap(d) - depth.FirstTap(d);
            int taps = height.EndTap(h) - height.FirstTap(h);
            if (planes <= 0 || taps <= 0) inside = 0;
            int step = height.Dilation * width.In;
            int top = (((h * height.Stride) - height.Before + (height.FirstTap(h) * height.Dilation)) * width.In) + Math.Max(first, 0);
            for (int plane = 0; inside > 0 && plane < planes; plane++)
            {
                int at = (((d * depth.Stride) - depth.Before + ((depth.FirstTap(d) + plane) * depth.Dilation)) * height.In * width.In) + top;
                PoolLines.Fold<TLanes, TFold>(input.Slice(at), ref Unsafe.Add(ref line, before), step, taps, inside, 1, 0, 0, plane > 0, fold);
            }

            for (int i = before + inside; i < needed; i += o.Count) o.Store(start, ref line, i);
        }
    }

    /// <summary>The columns of every window of a band's lines, to the output.</summary>
    [MethodImpl(Simd.Hot)]
    private void FoldColumns<TLanes, TFold>(ref float band, ref float counts, Span<float> output, int d, int row, int rows, int columns, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            PoolAxis width = _shape.Width;
            bool runsOver = columns == width.Out;
            for (int i = 0; width.Stride > 1 && i < rows; i++) FoldInPlace<TLanes, TFold>(ref Unsafe.Add(ref band, i * _length), Positions(columns), fold);
            for (int i = 0; i < rows; i++)
            {
                Span<float> to = output.Slice(i * width.Out, runsOver ? output.Length - (i * width.Out) : columns);
                ref float line = ref Unsafe.Add(ref band, i * _length);
                float lines = fold.IsAverage ? _shape.Depth.Counted(d, _countsPadding) * _shape.Height.Counted(row + i, _countsPadding) : 0f;
                if (width.Stride == 1) FoldRow<TLanes, TFold>(ref line, ref counts, lines, to, columns, fold);
                else PoolLines.Keep<TLanes, TFold>(ref line, ref counts, lines, to, columns, width.Stride, fold);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private void FoldInPlace<TLanes, TFold>(ref float line, int positions, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            TLanes o = default;
            (int taps, nint dilation) = (_shape.Width.Kernel, _shape.Width.Dilation);
            for (nint i = 0; i < positions; i += o.Count)
            {
                ref float from = ref Unsafe.Add(ref line, i);
                TLanes folded = o.Load(ref from, 0);
                for (int tap = 1; tap < taps; tap++)
                {
                    from = ref Unsafe.Add(ref from, dilation);
                    folded = fold.Join(folded, o.Load(ref from, 0));
                }

                o.Store(folded, ref line, i);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private void FoldRow<TLanes, TFold>(ref float line, ref float counts, float lines, Span<float> output, int columns, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            TLanes o = default;
            (int taps, nint dilation) = (_shape.Width.Kernel, _shape.Width.Dilation);
            ref float y = ref MemoryMarshal.GetReference(output);
            for (int i = 0; i < columns; i += o.Count)
            {
                ref float from = ref Unsafe.Add(ref line, i);
                TLanes folded = o.Load(ref from, 0);
                for (int tap = 1; tap < taps; tap++)
                {
                    from = ref Unsafe.Add(ref from, dilation);
                    folded = fold.Join(folded, o.Load(ref from, 0));
                }

                if (fold.IsAverage) folded = o.Divide(folded, o.Multiply(o.Load(ref counts, i), o.Fill(lines)));
                if (i + o.Count <= output.Length) o.Store(folded, ref y, i);
                else o.StoreUpTo(folded, ref y, i, columns - i);
            }
        }
    }
}
