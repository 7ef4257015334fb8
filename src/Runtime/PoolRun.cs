#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Neighbouring rows of windows with the same lines inside the input.</summary>
internal readonly struct PoolRun
{
    /// <summary>The run that begins at one row of a band and ends before the band does, or sooner.</summary>
    internal PoolRun(in PoolAxis height, int bandStart, int row, int bandEnd, bool countsPadding)
    {
        int firstTap = height.FirstTap(row);
        Row = row - bandStart;
        Rows = row >= height.FirstWhole && row < height.EndWhole ? Math.Min(height.EndWhole, bandEnd) - row : 1;
        Lines = Math.Max(height.EndTap(row) - firstTap, 0);
        Line = (row * height.Stride) - height.Before + (firstTap * height.Dilation);
        Counted = height.Counted(row, countsPadding);
    }

    /// <summary>The first row, counted from the band's first.</summary>
    internal int Row { get; }

    /// <summary>How many rows.</summary>
    internal int Rows { get; }

    /// <summary>Where the first row's lines begin in the input.</summary>
    internal int Line { get; }

    /// <summary>Lines of input of each; 0 where all are padding.</summary>
    internal int Lines { get; }

    /// <summary>Lines that an average counts.</summary>
    internal int Counted { get; }
}
