using System;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Rows copied from one tensor into another.</summary>
public class CopyRowsTests
{
    [Theory]
    [InlineData(0, 16)]
    [InlineData(1, 1)]
    [InlineData(8, 16)]
    [InlineData(3, 40)]
    [InlineData(5, 128)]
    [InlineData(2, 200)]
    public void Each_row_is_copied_and_nothing_else_written(int rows, int columns)
    {
        int sourceStep = columns + 3, targetStep = columns + 5;
        float[] source = [.. Enumerable.Range(1, Math.Max(((rows - 1) * sourceStep) + columns, 0)).Select(i => (float)i)];
        float[] target = new float[Math.Max(((rows - 1) * targetStep) + columns, 0)];
        float[] expected = new float[target.Length];
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < columns; i++) expected[(r * targetStep) + i] = source[(r * sourceStep) + i];

        LayoutMove.CopyRows(source, sourceStep, target, targetStep, rows, columns);

        Assert.Equal(expected, target);
    }

    [Theory]
    [InlineData(47, 48)]
    [InlineData(48, 47)]
    public void A_row_beyond_a_span_is_an_error(int source, int target) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LayoutMove.CopyRows(new float[source], 16, new float[target], 16, rows: 3, columns: 16));
}
