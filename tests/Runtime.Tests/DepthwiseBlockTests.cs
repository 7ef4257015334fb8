using System;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Chains of pointwise and depthwise convolutions by bands of rows against the definitions, one after the other, in double.</summary>
public class DepthwiseBlockTests
{
    [Fact]
    public void Random_chains_agree_with_the_definitions()
    {
        Data data = new(71);
        int banded = 0;
        for (int i = 0; i < 120; i++)
        {
            int channels = data.Next(1, 70);
            int largest = i % 6 == 0 ? 44 : 14;
            ConvCase shape = new()
            {
                Batch = data.Next(1, 2),
                Groups = channels,
                InChannels = channels,
                OutChannels = channels,
                In = [1, data.Next(1, largest), data.Next(1, largest)],
                Kernel = [1, data.Next(1, 5), data.Next(1, 5)],
                Stride = [1, data.Next(1, 3), data.Next(1, 3)],
                Dilation = [1, data.Next(1, 2), data.Next(1, 2)],
                PadBefore = [0, data.Next(0, 3), data.Next(0, 3)],
                PadAfter = [0, data.Next(0, 3), data.Next(0, 3)],
            };
            if (!shape.IsPossible) continue;
            Check(shape, data.Next(1, 20), data.Next(1, 40), data);
            banded += DepthwiseBlock.BandRows(shape.ToShape(), expanded: true) < shape.Out(1) ? 1 : 0;
        }

        Assert.True(banded > 0);
    }

    [Fact]
    public void Common_kernels_agree_with_the_definitions_over_several_bands()
    {
        Data data = new(72);
        foreach (int kernel in new[] { 3, 5 })
        {
            foreach (int stride in new[] { 1, 2 })
            {
                ConvCase shape = ConvCase.Square(64, 64, 41, 39, kernel, stride, kernel / 2) with { Groups = 64 };
                Assert.True(DepthwiseBlock.BandRows(shape.ToShape(), expanded: true) < shape.Out(1));
                Check(shape, 8, 24, data);
            }
        }
    }

    [Fact]
    public void The_output_may_be_the_input_behind_an_expansion()
    {
        Data data = new(73);
        ConvCase shape = ConvCase.Square(80, 80, 33, 30, 3, 1, 1) with { Groups = 80 };
        Chain chain = new(shape, 12, 12, data);
        float[] expected = new float[chain.Input.Length];
        float[] shared = (float[])chain.Input.Clone();
        Run(chain.Input, expected);
        Run(shared, shared);
        Assert.Equal(expected, shared);

        void Run(float[] input, float[] output)
        {
            float[] workspace = new float[DepthwiseBlock.WorkspaceLength(shape.ToShape(), expanded: true)];
            DepthwiseBlock.RunExpanded(
                input, chain.Expansion, chain.ExpansionBias, chain.Taps, chain.Bias, chain.Projection, chain.ProjectionBias, input, output, workspace,
                shape.ToShape(), 12, 12, new Clip(0, 6), new Clip(0, 6), default(Identity));
        }
    }

    [Fact]
    public void No_call_allocates_and_short_spans_are_refused()
    {
        ConvCase shape = ConvCase.Square(24, 24, 9, 9, 3, 1, 1) with { Groups = 24 };
        ConvShape sizes = shape.ToShape();
        Chain chain = new(shape, 8, 8, new Data(74));
        float[] output = new float[8 * 81];
        float[] workspace = new float[DepthwiseBlock.WorkspaceLength(sizes, expanded: true)];
        Expect.NoAllocation(() => DepthwiseBlock.RunExpanded(
            chain.Input, chain.Expansion, default, chain.Taps, default, chain.Projection, default, default, output, workspace, sizes, 8, 8, default(Relu), default(HardSwish), default(Identity)));
        Assert.Throws<ArgumentException>(() => DepthwiseBlock.RunExpanded(
            chain.Input, chain.Expansion, default, chain.Taps, default, chain.Projection, default, default, output, new float[5], sizes, 8, 8, default(Relu), default(Relu), default(Identity)));
        Assert.Throws<ArgumentException>(() => DepthwiseBlock.Run(
            new float[5], chain.Taps, default, chain.Projection, default, default, output, workspace, sizes, 8, default(Relu), default(Identity)));
        Assert.Throws<ArgumentException>(() => DepthwiseBlock.Run(
            new float[24 * 81], chain.Taps, default, chain.Projection, default, default, new float[5], workspace, sizes, 8, default(Relu), default(Identity)));
        ConvShape grouped = ConvCase.Square(24, 24, 9, 9, 3, 1, 1).ToShape();
        Assert.Throws<ArgumentException>(() => DepthwiseBlock.Run(
            new float[24 * 81], chain.Taps, default, chain.Projection, default, default, output, workspace, grouped, 8, default(Relu), default(Identity)));
    }

    private static void Check(ConvCase shape, int inChannels, int outChannels, Data data)
    {
        Chain chain = new(shape, inChannels, outChannels, data);
        bool withAddend = data.Next(0, 1) == 0;
        int pixels = shape.Out(0) * shape.Out(1) * shape.Out(2);
        Expect.Close(chain.Expected(chain.Input, expanded: true, withAddend), ChannelsLast.Back(chain.RunExpanded(chain.Input, withAddend), shape.Batch, outChannels, pixels), 2e-5, shape.ToString());
        Expect.Close(chain.Expected(chain.Wide, expanded: false, withAddend), ChannelsLast.Back(chain.Run(chain.Wide, withAddend), shape.Batch, outChannels, pixels), 2e-5, shape.ToString());
    }

    /// <summary>Random values of a chain, packed as the kernels take them.</summary>
    private sealed class Chain
    {
        private readonly ConvCase _shape;
        private readonly ConvCase _first;
        private readonly ConvCase _last;
        private readonly float[] _expansion;
        private readonly float[] _weights;
        private readonly float[] _projection;
        private readonly float[] _addend;

        internal Chain(ConvCase shape, int inChannels, int outChannels, Data data)
        {
            int channels = shape.InChannels;
            _shape = shape;
            _first = new() { Batch = shape.Batch, InChannels = inChannels, OutChannels = channels, In = shape.In, Kernel = [1, 1, 1] };
            _last = new() { Batch = shape.Batch, InChannels = channels, OutChannels = outChannels, In = [shape.Out(0), shape.Out(1), shape.Out(2)], Kernel = [1, 1, 1] };
            Input = data.Floats(_first.InputLength);
            Wide = data.Floats(shape.InputLength);
            _addend = data.Floats(_last.OutputLength);
            _expansion = data.Floats(_first.WeightLength);
            _weights = data.Floats(shape.WeightLength);
            _projection = data.Floats(_last.WeightLength);
            ExpansionBias = data.Next(0, 1) == 0 ? [] : data.Floats(channels);
            Bias = data.Next(0, 1) == 0 ? [] : data.Floats(channels);
            ProjectionBias = data.Next(0, 1) == 0 ? [] : data.Floats(outChannels);
            Expansion = new float[Gemm.PackedLength(inChannels, channels)];
            Gemm.Pack(_expansion, Expansion, inChannels, channels, transposed: true);
            Projection = new float[Gemm.PackedLength(channels, outChannels)];
            Gemm.Pack(_projection, Projection, channels, outChannels, transposed: true);
            Taps = ChannelsLast.Of(_weights, 1, channels, shape.Kernel[1] * shape.Kernel[2]);
        }

        internal float[] Input { get; }

        internal float[] Wide { get; }

        internal float[] Expansion { get; }

        internal float[] ExpansionBias { get; }

        internal float[] Taps { get; }

        internal float[] Bias { get; }

        internal float[] Projection { get; }

        internal float[] ProjectionBias { get; }

        internal double[] Expected(float[] input, bool expanded, bool withAddend)
        {
            float[] plain = ChannelsLast.Back(input, _shape.Batch, expanded ? _first.InChannels : _shape.InChannels, _shape.In[1] * _shape.In[2]);
            if (expanded) plain = Floats(_first.Reference(plain, _expansion, ExpansionBias, [], x => Math.Min(Math.Max(x, 0), 6)));
            float[] filtered = Floats(_shape.Reference(plain, _weights, Bias, [], x => x * Math.Min(Math.Max((x / 6) + 0.5, 0), 1)));
            float[] addend = withAddend ? ChannelsLast.Back(_addend, _last.Batch, _last.OutChannels, _last.In[1] * _last.In[2]) : [];
            return _last.Reference(filtered, _projection, ProjectionBias, addend, x => x);
        }

        internal float[] RunExpanded(float[] input, bool withAddend)
        {
            float[] output = Data.Dirty(_last.OutputLength);
            ConvShape sizes = _shape.ToShape();
            float[] workspace = Data.Dirty(DepthwiseBlock.WorkspaceLength(sizes, expanded: true));
            using Guarded guarded = new();
            DepthwiseBlock.RunExpanded(
                guarded.Of(input), guarded.Of(Expansion), guarded.Of(ExpansionBias), guarded.Of(Taps), guarded.Of(Bias), guarded.Of(Projection), guarded.Of(ProjectionBias),
                guarded.Of(withAddend ? _addend : []), guarded.Of(output), guarded.Of(workspace), sizes, _first.InChannels, _last.OutChannels, new Clip(0, 6), default(HardSwish), default(Identity));
            guarded.Return();
            return output;
        }

        internal float[] Run(float[] input, bool withAddend)
        {
            float[] output = Data.Dirty(_last.OutputLength);
            ConvShape sizes = _shape.ToShape();
            float[] workspace = Data.Dirty(DepthwiseBlock.WorkspaceLength(sizes, expanded: false));
            using Guarded guarded = new();
            DepthwiseBlock.Run(
                guarded.Of(input), guarded.Of(Taps), guarded.Of(Bias), guarded.Of(Projection), guarded.Of(ProjectionBias),
                guarded.Of(withAddend ? _addend : []), guarded.Of(output), guarded.Of(workspace), sizes, _last.OutChannels, default(HardSwish), default(Identity));
            guarded.Return();
            return output;
        }

        private static float[] Floats(double[] values) => Array.ConvertAll(values, static v => (float)v);
    }
}
