using System;
using System.Globalization;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using Xunit;

namespace RedGen.TestKit;

/// <summary>Compares tensors.</summary>
public static class TensorAssert
{
    /// <summary>Shapes and types agree; floats differ by at most <paramref name="tolerance"/> × max(1, |expected|), everything else is equal.</summary>
    public static void Close(ReferenceTensor expected, ReferenceTensor actual, double tolerance, string what = "")
    {
        Assert.Equal(expected.ElementType, actual.ElementType);
        Assert.Equal(expected.Lengths, actual.Lengths);
        for (int i = 0; i < expected.Count; i++)
        {
            if (expected.Reals is null)
            {
                if (expected.Integers![i] != actual.Integers![i]) Assert.Fail(Text(what, i, expected.Integers[i], actual.Integers[i]));
                continue;
            }

            double e = expected.Reals[i];
            double a = actual.Reals![i];
            if (e.Equals(a) || e == a || Math.Abs(e - a) <= tolerance * Math.Max(1, Math.Abs(e))) continue;
            Assert.Fail(Text(what, i, e, a));
        }
    }

    /// <summary>The tolerance that one rounding of an element type asks for, with room for a short sum.</summary>
    public static double ToleranceOf(ElementType type) => type switch
    {
        ElementType.Float64 => 1e-12,
        ElementType.Float16 => 4e-3,
        ElementType.BFloat16 => 3e-2,
        _ => 1e-5,
    };

    private static string Text(string what, int index, object expected, object actual)
        => string.Create(CultureInfo.InvariantCulture, $"{what}: element {index} is {actual}, expected {expected}");
}
