using System;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Transposes and repetitions against their definitions.</summary>
public class MoveTests
{
    [Fact]
    public void Matrices_of_any_size_and_step_are_transposed_and_nothing_else_is_written()
    {
        Data data = new(41);
        for (int i = 0; i < 300; i++)
        {
            int rows = data.Next(1, 70), columns = data.Next(1, 40);
            int fromStep = columns + data.Next(0, 3), toStep = rows + data.Next(0, 3);
            float[] x = data.Floats(((rows - 1) * fromStep) + columns);
            float[] y = Data.Dirty(((columns - 1) * toStep) + rows);
            float[] expected = [.. y];
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < columns; c++)
                {
                    expected[(c * toStep) + r] = x[(r * fromStep) + c];
                }
            }

            using Guarded guarded = new();
            LayoutMove.Transpose(guarded.Of(x), fromStep, guarded.Of(y), toStep, rows, columns);
            guarded.Return();
            Assert.Equal(expected, y);
        }
    }

    [Fact]
    public void A_transpose_that_does_not_fit_is_refused()
    {
        float[] x = new float[12], y = new float[12];
        Assert.Throws<ArgumentException>(() => LayoutMove.Transpose(x, 4, y, 3, 3, 5));
        Assert.Throws<ArgumentException>(() => LayoutMove.Transpose(x, 4, y, 2, 3, 4));
        Assert.Throws<ArgumentException>(() => LayoutMove.Transpose(x.AsSpan(1), 4, y, 3, 3, 4));
        Assert.Throws<ArgumentException>(() => LayoutMove.Transpose(x, 4, y.AsSpan(1), 3, 3, 4));
        Assert.Throws<ArgumentException>(() => LayoutMove.Transpose(x, int.MaxValue, y, 3, 3, 4));
    }

    [Fact]
    public void Each_element_is_repeated()
    {
        Data data = new(43);
        for (int times = 1; times <= 6; times++)
        {
            for (int length = 0; length <= 40; length++)
            {
                float[] x = data.Floats(length);
                float[] y = Data.Dirty(length * times);
                using Guarded guarded = new();
                Repetition.Run(guarded.Of(x), guarded.Of(y), times);
                guarded.Return();
                for (int i = 0; i < y.Length; i++)
                {
                    Assert.Equal(x[i / times], y[i]);
                }
            }
        }

        Assert.Throws<ArgumentException>(() => Repetition.Run(new float[3], new float[5], 2));
        Assert.Throws<ArgumentException>(() => Repetition.Run(new float[3], new float[5], 0));
    }
}
