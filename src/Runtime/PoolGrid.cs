#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// A pooling over small planes: many rows are folded as one run of elements, so that vectors are full and little is done for each row. Lines first, as in
/// <see cref="PlanePool"/>; then columns, where masks that repeat with the rows hide what neighbours in the run do not have in common with a window.
/// </summary>
internal readonly struct PoolGrid
{
    /// <summary>Floats of the most that a vector has: what is read from a row's last element on.</summary>
    private const int Tail = 16;

    private const int MostMasks = 2048;
    private const int MostColumns = 512;

    private readonly PoolShape _shape;
    private readonly bool _countsPadding;

    /// <summary>Whether windows reach over the sides.</summary>
    private readonly bool _isMasked;

    /// <summary>Whether every column of the input is one of the output.</summary>
    private readonly bool _isDirect;

    /// <summary>After how many floats masks repeat: a whole number of vectors where there is room, since loads that cross cache lines are slow, or a row.</summary>
    private readonly int _period;

    /// <summary>Rows of windows folded together.</summary>
    private readonly int _rows;

    /// <summary>Planes folded together, where all rows of one are: elements are read some time after they are stored, which costs nothing then.</summary>
    private readonly int _planes;

    /// <summary>After how many floats the elements that windows count repeat: those of a row, or of a plane where they are few.</summary>
    private readonly int _countPeriod;

    internal PoolGrid(in PoolShape shape, bool countsPadding)
    {
        PoolAxis width = shape.Width;
        _shape = shape;
        _countsPadding = countsPadding;
        _isMasked = width.Before > 0 || width.EndWhole < width.Out;
        _isDirect = width.Stride == 1 && width.Out == width.In;
        int whole = width.In * (Tail / Math.Min(width.In & -width.In, Tail));
        _period = whole <= MostColumns && width.Kernel * (whole + Tail) <= MostMasks ? whole : width.In;
        int room = PoolLines.Floats - (_isMasked ? MostMasks : 0) - MostColumns - (4 * Tail) - width.Before - ((width.Kernel - 1) * width.Dilation);
        _rows = Math.Min(Math.Min(room / width.In, PoolRuns.Count), shape.Height.Out);
        _planes = _rows < shape.Height.Out ? 1 : Math.Max(Math.Min(room / width.In / shape.Height.Out, shape.Channels), 1);
        _countPeriod = !_isDirect ? width.Out : shape.OutLength <= MostColumns ? shape.OutLength : _period;
    }

    /// <summary>Whether elements are counted for all windows of a plane.</summary>
    private bool CountsPlanes => _isDirect && _countPeriod == _shape.OutLength;

    /// <summary>Whether the masks of all taps fit into the room, and the windows into as many columns as the input has.</summary>
    internal static bool Serves(in PoolShape shape)
    {
        (PoolAxis depth, PoolAxis width) = (shape.Depth, shape.Width);
        return depth.In == 1 && depth.Out == 1 && depth.Kernel == 1 && depth.Before == 0
            && width.In <= MostColumns && (width.Out - 1) * (long)width.Stride < width.In
            && width.Before <= MostColumns && (long)(width.Kernel - 1) * width.Dilation <= MostColumns && width.Kernel * (long)(width.In + Tail) <= MostMasks;
    }

    /// <summary>All planes. Vectors run over the ends of rows: what they spoil is written next.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Run<TLanes, TFold>(ReadOnlySpan<float> input, Span<float> output, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        PoolLines lines;
        Unsafe.SkipInit(out lines);
        PoolRuns room;
        Unsafe.SkipInit(out room);
        ref float counts = ref PoolLines.Start(ref lines);
        ref float masks = ref Unsafe.Add(ref counts, MostColumns + Tail);
        ref float grid = ref Unsafe.Add(ref masks, _isMasked ? MostMasks : 0);
        ref PoolRun runs = ref PoolRuns.First(ref room);
        if (_isMasked) Mask(ref masks);
        if (fold.IsAverage) Count(ref counts);
        int outHeight = _shape.Height.Out, count = 0;
        for (int c = 0; c < _shape.Channels; c += _planes)
        {
            int planes = Math.Min(_planes, _shape.Channels - c);
            for (int row = 0; row < outHeight; row += _rows)
            {
                int end = Math.Min(row + _rows, outHeight);
                if (c == 0 || _rows < outHeight) count = Runs(ref runs, row, end);
                for (int plane = 0; plane < planes; plane++)
                {
                    ReadOnlySpan<float> x = input.Slice((c + plane) * _shape.InLength);
                    ref float to = ref Unsafe.Add(ref grid, _shape.Width.Before + (plane * outHeight * _shape.Width.In));
                    for (int i = 0; i < count; i++) FoldLines<TLanes, TFold>(x, ref to, Unsafe.Add(ref runs, i), fold);
                }

                int rows = planes * (end - row);
                if (!_isDirect) FoldColumns<TLanes, TFold>(ref grid, ref masks, ref counts, ref grid, rows * _shape.Width.In, PoolLines.Floats, 0f, fold);
                Write<TLanes, TFold>(ref grid, ref masks, ref counts, output.Slice(((c * outHeight) + row) * _shape.Width.Out), ref runs, count, planes, rows, fold);
            }
        }
    }

    private int Runs(ref PoolRun runs, int first, int end)
    {
        int count = 0;
        for (int row = first; row < end; count++)
        {
            PoolRun run = new(_shape.Height, first, row, end, _countsPadding);
            Unsafe.Add(ref runs, count) = run;
            row += run.Rows;
        }

        return count;
    }

    /// <summary>For each tap which columns have it inside the input, as all bits or none.</summary>
    private void Mask(ref float masks)
    {
        unchecked
        {
            PoolAxis width = _shape.Width;
            ref int mask = ref Unsafe.As<float, int>(ref masks);
            for (int tap = 0; tap < width.Kernel; tap++)
            {
                int offset = (tap * width.Dilation) - width.Before;
                for (int i = 0; i < width.In; i++) Unsafe.Add(ref mask, i) = (uint)(i + offset) < (uint)width.In ? -1 : 0;
                Repeat(ref Unsafe.As<int, float>(ref mask), width.In, _period + Tail);
                mask = ref Unsafe.Add(ref mask, _period + Tail);
            }
        }
    }

    /// <summary>How many elements of each window count, or columns.</summary>
    private void Count(ref float counts)
    {
        unchecked
        {
            PoolAxis width = _shape.Width;
            for (int i = 0; i < width.Out; i++) Unsafe.Add(ref counts, i) = width.Counted(i, _countsPadding);
            int row = CountsPlanes ? _shape.Height.Out - 1 : 0;
            for (; row >= 0; row--)
            {
                int lines = CountsPlanes ? _shape.Height.Counted(row, _countsPadding) : 1;
                for (int i = 0; i < width.Out; i++) Unsafe.Add(ref counts, (row * width.Out) + i) = lines * Unsafe.Add(ref counts, i);
            }

            Repeat(ref counts, CountsPlanes ? _shape.OutLength : width.Out, _countPeriod + Tail);
        }
    }

    /// <summary>Goes on with a table as it begins.</summary>
    private static void Repeat(ref float table, int length, int end)
    {
        for (int i = length; i < end; i++) Unsafe.Add(ref table, i) = Unsafe.Add(ref table, i - length);
    }

    /// <summary>The lines of each row of windows as one.</summary>
    private void FoldLines<TLanes, TFold>(ReadOnlySpan<float> plane, ref float grid, in PoolRun run, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            PoolAxis height = _shape.Height;
            int width = _shape.Width.In;
            nint step = (nint)height.Dilation * width;
            ref float to = ref Unsafe.Add(ref grid, run.Row * width);
            ReadOnlySpan<float> from = plane.Slice(run.Lines == 0 ? 0 : run.Line * width);
            if (run.Lines == 0) PoolLines.Clear<TLanes, TFold>(ref to, width, fold);
            else if (height.Stride > 1) PoolLines.Fold<TLanes, TFold>(from, ref to, step, run.Lines, width, run.Rows, (nint)height.Stride * width, width, false, fold);
            else if (height.Dilation > 1 || width < 2 * Tail || run.Rows == 1) PoolLines.Fold<TLanes, TFold>(from, ref to, step, run.Lines, run.Rows * width, 1, 0, 0, false, fold);
            else PoolLines.FoldPairs<TLanes, TFold>(from, ref to, width, run.Lines, run.Rows, fold);
        }
    }

    /// <summary>The columns of a band, to the output.</summary>
    private void Write<TLanes, TFold>(ref float grid, ref float masks, ref float counts, Span<float> output, ref PoolRun runs, int count, int planes, int rows, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            (int inWidth, int outWidth, int stride) = (_shape.Width.In, _shape.Width.Out, _shape.Width.Stride);
            ref float y = ref MemoryMarshal.GetReference(output);
            if (_isDirect && (CountsPlanes || !fold.IsAverage))
            {
                FoldColumns<TLanes, TFold>(ref grid, ref masks, ref counts, ref y, rows * inWidth, output.Length, 1f, fold);
                return;
            }

            if (!fold.IsAverage && inWidth == outWidth * stride)
            {
                PoolLines.Keep<TLanes, TFold>(ref grid, ref counts, 0f, output, rows * outWidth, stride, fold);
                return;
            }

            for (int i = 0; i < planes * count; i++)
            {
                PoolRun run = Unsafe.Add(ref runs, i % count);
                int first = (i / count * _shape.Height.Out) + run.Row;
                int at = first * inWidth;
                if (_isDirect) FoldColumns<TLanes, TFold>(ref Unsafe.Add(ref grid, at), ref masks, ref counts, ref Unsafe.Add(ref y, at), run.Rows * inWidth, output.Length - at, run.Counted, fold);
                for (int row = first; !_isDirect && row < first + run.Rows; row++)
                {
                    PoolLines.Keep<TLanes, TFold>(ref Unsafe.Add(ref grid, row * inWidth), ref counts, run.Counted, output.Slice(row * outWidth), outWidth, stride, fold);
                }
            }
        }
    }

    /// <summary>The columns of the window that begins at each element of a run; divided by what counts where it goes to the output.</summary>
    [MethodImpl(Simd.Hot)]
    private void FoldColumns<TLanes, TFold>(ref float grid, ref float masks, ref float counts, ref float to, int length, int room, float lines, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            TLanes o = default;
            TLanes nothing = o.Fill(fold.Start), high = o.Fill(lines);
            (int taps, nint dilation, nint table) = (_shape.Width.Kernel, _shape.Width.Dilation, _period + Tail);
            (bool masked, bool divides, int advance, int period) = (_isMasked, fold.IsAverage && _isDirect, o.Count % _period, _period);
            (int countPeriod, int countAdvance, int counted) = (_countPeriod, o.Count % _countPeriod, 0);
            int column = 0;
            for (int i = 0; i < length; i += o.Count)
            {
                ref float from = ref Unsafe.Add(ref grid, i);
                ref float mask = ref Unsafe.Add(ref masks, column);
                TLanes folded = o.Load(ref from, 0);
                if (masked)
                {
                    folded = o.Select(o.Load(ref mask, 0), folded, nothing);
                    for (int tap = 1; tap < taps; tap++)
                    {
                        from = ref Unsafe.Add(ref from, dilation);
                        mask = ref Unsafe.Add(ref mask, table);
                        folded = fold.Join(folded, o.Select(o.Load(ref mask, 0), o.Load(ref from, 0), nothing));
                    }
                }
                else
                {
                    for (int tap = 1; tap < taps; tap++)
                    {
                        from = ref Unsafe.Add(ref from, dilation);
                        folded = fold.Join(folded, o.Load(ref from, 0));
                    }
                }

                if (divides) folded = o.Divide(folded, o.Multiply(o.Load(ref counts, counted), high));
                if (i + o.Count <= room) o.Store(folded, ref to, i);
                else o.StoreUpTo(folded, ref to, i, length - i);
                column += advance;
                if (column >= period) column -= period;
                counted += countAdvance;
                if (counted >= countPeriod) counted -= countPeriod;
            }
        }
    }
}
