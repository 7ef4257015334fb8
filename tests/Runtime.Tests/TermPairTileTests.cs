using System;
using System.Linq;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Products whose last columns are 16 or 24, or at most 8: tiles with two terms of the sum in alternate lanes.</summary>
[Collection(nameof(FirstCalls))]
public class TermPairTileTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(48)]
    [InlineData(56)]
    public void Sums_of_any_length_agree_with_the_definition(int columns)
    {
        Data data = new(columns);
        for (int depth = 0; depth <= 33; depth++)
        {
            int rows = data.Next(8, 27);
            float[] a = data.Floats(rows * depth);
            float[] b = data.Floats(depth * columns);
            float[] bias = data.Next(0, 1) == 0 ? [] : data.Floats(columns);
            float[] addend = data.Next(0, 1) == 0 ? [] : data.Floats(rows * columns);
            float[] c = Data.Dirty(rows * columns);
            using Guarded guarded = new();
            Gemm.Run(guarded.Of(a), guarded.Of(PanelPacking.Pack(b, depth, columns, false)), guarded.Of(bias), guarded.Of(addend), guarded.Of(c), rows, depth, columns, new Clip(-0.5f, 0.75f));
            guarded.Return();
            double[] expected = new double[c.Length];
            for (int i = 0; i < c.Length; i++)
            {
                double sum = (bias.Length > 0 ? bias[i % columns] : 0) + (addend.Length > 0 ? addend[i] : 0);
                sum += Enumerable.Range(0, depth).Sum(k => (double)a[(i / columns * depth) + k] * b[(k * columns) + (i % columns)]);
                expected[i] = Math.Clamp(sum, -0.5f, 0.75f);
            }

            Expect.Close(expected, c, 1e-5, $"{rows} x {depth} x {columns}");
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(56)]
    public void The_first_tiles_of_a_process_give_the_same_bits(int columns)
    {
        Data data = new(columns + 1);
        for (int channels = 1; channels <= 9; channels++)
        {
            ConvCase shape = ConvCase.Square(channels, columns, 11, 13, 3, 1, 1);
            float[] input = data.Floats(shape.InputLength);
            float[] bias = data.Floats(columns);
            float[] addend = data.Next(0, 1) == 0 ? [] : data.Floats(shape.OutputLength);
            float[] weights = LanePacking.Pack(data.Floats(shape.WeightLength), 1, 9, columns, channels * 9);
            float[] workspace = Data.Dirty(ChannelsLastConvolution.WorkspaceLength(shape.ToShape()));
            float[] Run(long terms)
            {
                TermPairRow.Terms = terms;
                float[] output = Data.Dirty(shape.OutputLength);
                ChannelsLastConvolution.Run(input, weights, bias, addend, output, workspace, shape.ToShape(), new Clip(-0.5f, 0.75f));
                return output;
            }

            float[] first = Run(0);
            if (Lanes512.IsSupported) Assert.InRange(TermPairRow.Terms, 1, TermPairRow.Limit - 1);
            Assert.Equal(Run(TermPairRow.Limit), first);
        }
    }

    [Theory]
    [InlineData(5, 9)]
    [InlineData(8, 9)]
    [InlineData(8, 10)]
    [InlineData(16, 9)]
    [InlineData(16, 10)]
    [InlineData(24, 9)]
    [InlineData(24, 10)]
    public void Infinity_and_NaN_stay_in_their_row(int columns, int depth)
    {
        // Of an odd number of terms the last has nothing beside it: zero times infinity must not come of that.
        float[] a = [.. Enumerable.Repeat(1f, 16 * depth)];
        a[(3 * depth) + depth - 1] = float.PositiveInfinity;
        a[(5 * depth) + depth - 1] = float.NaN;
        float[] b = [.. Enumerable.Repeat(0.5f, depth * columns)];
        float[] c = new float[16 * columns];
        Gemm.Run(a, PanelPacking.Pack(b, depth, columns, false), default, default, c, 16, depth, columns, default(Relu));
        for (int i = 0; i < c.Length; i++)
        {
            float expected = (i / columns) switch { 3 => float.PositiveInfinity, 5 => float.NaN, _ => depth * 0.5f };
            Assert.Equal(expected, c[i]);
        }
    }
}
