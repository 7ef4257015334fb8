using System;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

public class BinaryTests
{
    private delegate void Kernel(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y);

    private static readonly (Kernel Run, Func<float, float, float> One)[] Operators =
    [
        (Binary.Add, static (a, b) => a + b),
        (Binary.Subtract, static (a, b) => a - b),
        (Binary.Multiply, static (a, b) => a * b),
        (Binary.Divide, static (a, b) => a / b),
    ];

    [Fact]
    public void Tensors_and_rows_agree_with_the_definition_in_place_or_not()
    {
        for (int row = 1; row < 100; row++)
        {
            var data = new Data(row);
            int rows = row % 3 == 0 ? 1 : data.Next(1, 5);
            float[] a = data.Floats(rows * row);
            float[] b = data.Floats(row);
            b[data.Next(0, row - 1)] = row % 5 == 0 ? float.NaN : 0f;
            foreach ((Kernel run, Func<float, float, float> one) in Operators)
            {
                float[] expected = [.. a.Select((v, i) => one(v, b[i % row]))];
                float[] y = Data.Dirty(a.Length);
                using Guarded guarded = new();
                run(guarded.Of(a), guarded.Of(b), guarded.Of(y));
                guarded.Return();
                Expect.SameBits(expected, y);
                float[] inPlace = [.. a];
                run(guarded.Of(inPlace), guarded.Of(b), guarded.Of(inPlace));
                guarded.Return();
                Expect.SameBits(expected, inPlace);
            }
        }
    }

    [Fact]
    public void The_second_tensor_may_be_the_output()
    {
        float[] a = new Data(1).Floats(53);
        float[] b = new Data(2).Floats(53);
        float[] expected = [.. a.Zip(b, static (v, w) => v - w)];
        Binary.Subtract(a, b, b);
        Expect.SameBits(expected, b);
    }

    [Fact]
    public void Other_lengths_are_refused_and_nothing_is_nothing()
    {
        var a = new float[12];
        Assert.Throws<ArgumentException>(() => Binary.Add(a, new float[5], a));
        Assert.Throws<ArgumentException>(() => Binary.Add(a, [], a));
        Assert.Throws<ArgumentException>(() => Binary.Multiply(a, a, new float[11]));
        Binary.Divide([], [], []);
    }
}
