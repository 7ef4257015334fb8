using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Every way to decode hashed weights on its own, whatever HashedDense would take on this machine; forms that the processor lacks are left out.</summary>
public class HashedVectorTests
{
    private const double Tolerance = 1e-5;

    [Fact]
    public void Look_ups_of_every_width_agree_with_the_definition()
    {
        Data data = new(41);
        for (int i = 0; i < 300; i++)
        {
            HashedCase c = HashedCase.Random(data, data.Next(1, 32));
            double[] expected = c.Sums(code => c.Values[code - c.First]);
            float[] y = Data.Dirty(c.Outputs);
            HashedTable.Sums(c.X, c.Panels, c.Values, y, c.First, c.Inputs, c.Outputs);
            Expect.Close(expected, y, Tolerance, c.Text + ", table");
            y = Data.Dirty(c.Outputs);
            if (HashedPlanes.TryLookup(c.X, c.Panels, c.Values, y, c.First, c.Inputs, c.Outputs)) Expect.Close(expected, y, Tolerance, c.Text + ", planes");
            if (Avx2.IsSupported && Fma.IsSupported) Narrow(c, expected);
            if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported) Wide(c, expected);
        }
    }

    [Fact]
    public void Levels_of_every_width_agree_with_the_definition()
    {
        Data data = new(42);
        for (int i = 0; i < 300; i++)
        {
            HashedCase c = HashedCase.Random(data, data.Next(1, 127));
            int zero = data.Next(0, 127);
            for (int k = 0; k < c.X.Length; k++) c.X[k] /= 64;
            double[] expected = c.Sums(code => code - zero);
            float[] y = Data.Dirty(c.Outputs);
            HashedLevels.Sums(c.X, c.Panels, y, zero, c.Inputs, c.Outputs);
            Expect.Close(expected, y, Tolerance, c.Text + ", portable");
            if (Avx2.IsSupported && Fma.IsSupported)
            {
                y = Data.Dirty(c.Outputs);
                HashedVectors.Narrow(c.X, c.Panels, y, c.Inputs, c.Outputs, new Levels256(zero));
                Expect.Close(expected, y, Tolerance, c.Text + ", AVX2");
            }

            if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
            {
                y = Data.Dirty(c.Outputs);
                HashedVectors.Wide(c.X, c.Panels, y, c.Inputs, c.Outputs, new WideLevels(zero));
                Expect.Close(expected, y, Tolerance, c.Text + ", AVX-512");
            }
        }
    }

    private static float[] Rotated(HashedCase c, int length)
    {
        float[] table = new float[length];
        CodeLanes.Rotate(c.Values, c.First, table);
        return table;
    }

    private static void Narrow(HashedCase c, double[] expected)
    {
        float[] y = Data.Dirty(c.Outputs);
        if (c.Values.Length <= 8)
        {
            HashedVectors.Narrow(c.X, c.Panels, y, c.Inputs, c.Outputs, new Lookup8(Rotated(c, 8)));
            Expect.Close(expected, y, Tolerance, c.Text + ", AVX2, 8");
        }

        y = Data.Dirty(c.Outputs);
        Assert.True(HashedPlanes256.TryLookup(c.X, c.Panels, c.Values, y, c.First, c.Inputs, c.Outputs));
        Expect.Close(expected, y, Tolerance, c.Text + ", AVX2, planes");
    }

    private static void Wide(HashedCase c, double[] expected)
    {
        float[] y = Data.Dirty(c.Outputs);
        if (c.Values.Length <= 16)
        {
            HashedVectors.Wide(c.X, c.Panels, y, c.Inputs, c.Outputs, new WideLookup16(Rotated(c, 16)));
            Expect.Close(expected, y, Tolerance, c.Text + ", AVX-512, 16");
        }

        y = Data.Dirty(c.Outputs);
        HashedVectors.Wide(c.X, c.Panels, y, c.Inputs, c.Outputs, new WideLookup32(Rotated(c, 32)));
        Expect.Close(expected, y, Tolerance, c.Text + ", AVX-512, 32");
    }
}
