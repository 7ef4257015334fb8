using System;
using System.Linq;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Dense layers over hashed weights, and the expansion of hashed weights, against plain loops.</summary>
public class HashedDenseTests
{
    private const double Tolerance = 1e-5;

    [Fact]
    public void Every_size_of_codebook_agrees_with_the_definition()
    {
        Data data = new(31);
        for (int values = 1; values <= 127; values++)
        {
            for (int i = 0; i < 6; i++)
            {
                HashedCase c = HashedCase.Random(data, values);
                float[] y = Data.Dirty(c.Outputs);
                using Guarded guarded = new();
                HashedDense.Run(guarded.Of(c.X), guarded.Of(c.Panels), guarded.Of(c.Values), guarded.Of(c.Scales), guarded.Of(c.Bias), guarded.Of(y), c.First, c.Inputs, c.Outputs, default(Relu));
                guarded.Return();
                Expect.Close(c.Outcome(code => c.Values[code - c.First]), y, Tolerance, c.Text);
            }
        }
    }

    [Fact]
    public void Levels_agree_with_the_definition()
    {
        Data data = new(32);
        for (int i = 0; i < 400; i++)
        {
            HashedCase c = HashedCase.Random(data, data.Next(1, 127));
            int zero = data.Next(0, 127);
            for (int k = 0; k < c.X.Length; k++) c.X[k] /= 64;
            float[] y = Data.Dirty(c.Outputs);
            using Guarded guarded = new();
            HashedDense.RunLevels(guarded.Of(c.X), guarded.Of(c.Panels), guarded.Of(c.Scales), guarded.Of(c.Bias), guarded.Of(y), zero, c.Inputs, c.Outputs, default(Relu));
            guarded.Return();
            Expect.Close(c.Outcome(code => code - zero), y, Tolerance, $"{c.Text}, zero {zero}");
        }
    }

    [Fact]
    public void Every_tail_of_inputs_and_outputs_is_computed()
    {
        Data data = new(33);
        for (int inputs = 1; inputs <= 9; inputs++)
        {
            for (int outputs = 1; outputs <= 70; outputs++)
            {
                HashedCase c = new(data, data.Next(1, 40), 48, inputs, outputs);
                float[] y = Data.Dirty(outputs);
                using Guarded guarded = new();
                HashedDense.Run(guarded.Of(c.X), guarded.Of(c.Panels), guarded.Of(c.Values), guarded.Of(c.Scales), guarded.Of(c.Bias), guarded.Of(y), c.First, inputs, outputs, default(Relu));
                guarded.Return();
                Expect.Close(c.Outcome(code => c.Values[code - c.First]), y, Tolerance, c.Text);
                y = Data.Dirty(outputs);
                HashedDense.RunLevels(guarded.Of(c.X), guarded.Of(c.Panels), guarded.Of(c.Scales), guarded.Of(c.Bias), guarded.Of(y), 60, inputs, outputs, default(Relu));
                guarded.Return();
                Expect.Close(c.Outcome(code => code - 60), y, 2 * Tolerance, c.Text);
            }
        }
    }

    [Fact]
    public void Whatever_stands_in_the_lanes_of_no_output_is_not_seen()
    {
        Data data = new(34);
        HashedCase c = new(data, 7, 48, 33, 21);
        byte[] odd = HashedCase.Packed(c.Rows, c.Inputs, c.Outputs, 255);
        float[] expected = new float[c.Outputs];
        float[] y = new float[c.Outputs];
        HashedDense.Run(c.X, c.Panels, c.Values, c.Scales, c.Bias, expected, c.First, c.Inputs, c.Outputs, default(Identity));
        HashedDense.Run(c.X, odd, c.Values, c.Scales, c.Bias, y, c.First, c.Inputs, c.Outputs, default(Identity));
        Assert.Equal(expected, y);
        Data many = new(35);
        c = new(many, 100, 3, 33, 21);
        odd = HashedCase.Packed(c.Rows, c.Inputs, c.Outputs, 255);
        HashedDense.Run(c.X, odd, c.Values, c.Scales, c.Bias, y, c.First, c.Inputs, c.Outputs, default(Relu));
        Expect.Close(c.Outcome(code => c.Values[code - c.First]), y, Tolerance, c.Text);
    }

    [Fact]
    public void Layers_allocate_nothing_and_check_their_spans()
    {
        HashedCase c = new(new Data(36), 31, 48, 100, 50);
        float[] y = new float[50];
        Expect.NoAllocation(() => HashedDense.Run(c.X, c.Panels, c.Values, c.Scales, c.Bias, y, c.First, 100, 50, default(Relu)));
        Expect.NoAllocation(() => HashedDense.RunLevels(c.X, c.Panels, c.Scales, c.Bias, y, 63, 100, 50, default(Relu)));
        Assert.Throws<ArgumentException>(() => HashedDense.Run(c.X, c.Panels, c.Values, c.Scales, c.Bias, y, 48, 101, 50, default(Relu)));
        Assert.Throws<ArgumentException>(() => HashedDense.Run(c.X, c.Panels, c.Values, c.Scales, c.Bias, y, 98, 100, 50, default(Relu)));
        Assert.Throws<ArgumentException>(() => HashedDense.Run(c.X, c.Panels, [], c.Scales, c.Bias, y, 48, 100, 50, default(Relu)));
        Assert.Throws<ArgumentException>(() => HashedDense.Run(c.X, c.Panels, c.Values, c.Scales, c.Bias, y.AsSpan(1), 48, 100, 50, default(Relu)));
        Assert.Throws<ArgumentException>(() => HashedDense.RunLevels(c.X, c.Panels.AsSpan(1), c.Scales, c.Bias, y, 48, 100, 50, default(Relu)));
        Assert.Throws<ArgumentException>(() => HashedDense.RunLevels(c.X, c.Panels, c.Scales, c.Bias, y, 128, 100, 50, default(Relu)));
    }

    [Fact]
    public void Expanded_weights_are_the_packed_products_of_scale_and_value_to_the_bit()
    {
        Data data = new(37);
        for (int i = 0; i < 200; i++)
        {
            int values = data.Next(1, 127);
            int first = data.Next(0, 128 - values);
            int groups = data.Next(1, 4);
            int outputs = groups * data.Next(1, 20);
            HashedCase c = new(data, values, first, data.Next(1, 40), outputs);
            float[] rows = new float[c.Rows.Length];
            for (int j = 0; j < rows.Length; j++)
            {
                float value = c.Values[c.Rows[j] - first];
                rows[j] = c.Scales.Length == 0 ? value : c.Scales[j / c.Inputs] * value;
            }

            Assert.Equal(rows, HashedWeights.ToRows(c.Rows, c.Values, c.Scales, first, outputs, c.Inputs));
            Assert.Equal(ConvBlockPacking.Pack(rows, groups, outputs, c.Inputs), HashedWeights.ToConvBlocks(c.Rows, c.Values, c.Scales, first, groups, outputs, c.Inputs));
            int taps = Enumerable.Range(1, 9).Last(t => c.Inputs % t == 0);
            Assert.Equal(LanePacking.Pack(rows, groups, taps, outputs, c.Inputs), HashedWeights.ToLanePanels(c.Rows, c.Values, c.Scales, first, groups, taps, outputs, c.Inputs));
            Assert.Equal(LanePacking.PackDepthwise(rows, outputs), HashedWeights.ToTapRows(c.Rows, c.Values, c.Scales, first, outputs, c.Inputs));
            Assert.Equal(LanePacking.PackRows(rows, outputs, taps), HashedWeights.ToTapRows(c.Rows, c.Values, c.Scales, first, taps, outputs, c.Inputs));
            Assert.Equal(DensePacking.Pack(rows, c.Inputs, outputs), HashedWeights.ToBlocks(c.Rows, c.Values, c.Scales, first, outputs, c.Inputs));
            Assert.Equal(PanelPacking.Pack(rows, c.Inputs, outputs, transposed: true), HashedWeights.ToPanels(c.Rows, c.Values, c.Scales, first, outputs, c.Inputs));
        }
    }

    [Fact]
    public void Transposed_panels_hold_each_output_and_tap_as_a_column()
    {
        Data data = new(38);
        for (int i = 0; i < 60; i++)
        {
            (int groups, int taps, int channels) = (data.Next(1, 4), data.Next(1, 10), data.Next(1, 6));
            int perGroup = data.Next(1, 9);
            HashedCase c = new(data, data.Next(1, 60), 48, channels * taps, groups * perGroup);
            float[] panels = HashedWeights.ToTransposedPanels(c.Rows, c.Values, c.Scales, 48, groups, taps, groups * perGroup, channels * taps);
            float[] expected = [];
            for (int g = 0; g < groups; g++)
            {
                float[] matrix = new float[channels * perGroup * taps];
                for (int k = 0; k < matrix.Length; k++)
                {
                    (int channel, int output, int tap) = (k / (perGroup * taps), (g * perGroup) + (k / taps % perGroup), k % taps);
                    float value = c.Values[c.Rows[(output * channels * taps) + (channel * taps) + tap] - 48];
                    matrix[k] = c.Scales.Length == 0 ? value : c.Scales[output] * value;
                }

                expected = [.. expected, .. PanelPacking.Pack(matrix, channels, perGroup * taps, transposed: false)];
            }

            Assert.Equal(expected, panels);
        }

        Assert.Throws<ArgumentException>(() => HashedWeights.ToTransposedPanels([48, 48], [1f], [], 48, 1, 3, 1, 2));
    }

    [Fact]
    public void Expansion_checks_its_spans()
    {
        byte[] codes = [48, 49, 50, 48, 49, 50];
        float[] values = [1, 2, 3];
        Assert.Throws<ArgumentException>(() => HashedWeights.ToRows(codes, values, [], 48, 2, 4));
        Assert.Throws<ArgumentException>(() => HashedWeights.ToRows(codes, values, [1f], 48, 2, 3));
        Assert.Throws<ArgumentException>(() => HashedWeights.ToPanels(codes, values, [], 126, 2, 3));
        Assert.Throws<ArgumentException>(() => HashedWeights.ToPanels(codes, [], [], 48, 2, 3));
        Assert.Throws<ArgumentException>(() => HashedWeights.ToConvBlocks(codes, values, [], 48, 4, 2, 3));
        Assert.Throws<ArgumentException>(() => HashedWeights.ToConvBlocks(codes, values, [], 48, 0, 2, 3));
        Assert.Throws<ArgumentException>(() => HashedWeights.ToLanePanels(codes, values, [], 48, 4, 1, 2, 3));
        Assert.Throws<ArgumentException>(() => HashedWeights.ToLanePanels(codes, values, [], 48, 1, 2, 2, 3));
    }
}
