using System;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Convolutions compiled for their sizes, against a naive loop in double.</summary>
[Collection(nameof(FirstCalls))]
public class FixedConvolutionTests
{
    /// <summary>The sizes that <see cref="AnySizes"/> has at the moment. Constants are only faster.</summary>
    [ThreadStatic]
    private static Sizes? _sizes;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Random_shapes_and_tiles_agree_with_the_definition(bool depthwise)
    {
        Data data = new(depthwise ? 51 : 52);
        for (int i = 0; i < 400; i++)
        {
            int channels = data.Next(FixedConvolution.LeastChannels, 70);
            int inputs = depthwise ? channels : data.Next(1, 20);
            ConvCase shape = new()
            {
                Groups = depthwise ? channels : 1,
                InChannels = inputs,
                OutChannels = channels,
                In = [1, data.Next(1, 9), data.Next(1, 20)],
                Kernel = [1, data.Next(1, 4), data.Next(1, 5)],
                Stride = [1, data.Next(1, 3), data.Next(1, 3)],
                Dilation = [1, data.Next(1, 2), data.Next(1, 2)],
                PadBefore = [0, data.Next(0, 3), data.Next(0, 3)],
                PadAfter = [0, data.Next(0, 3), data.Next(0, 3)],
            };
            if (shape.IsPossible) Check(shape, data);
        }
    }

    [Fact]
    public void A_nan_reaches_the_windows_that_hold_it_and_no_others()
    {
        foreach (int size in new[] { 3, 5, 8, 13 })
        {
            ConvCase shape = ConvCase.Square(17, 17, size, size, 3, 1, 1) with { Groups = 17 };
            float[] input = new float[shape.InputLength];
            float[] weights = new float[shape.WeightLength];
            Array.Fill(weights, 1f);
            input[((size + 1) * 17) + 16] = float.NaN;
            float[] output = Data.Dirty(shape.OutputLength);
            _sizes = new Sizes(shape, new Data(53));
            FixedConvolution.Run(input, weights, new float[17], output, Data.Dirty(_sizes.Workspace), default(AnySizes), default(Relu));
            for (int i = 0; i < output.Length; i++)
            {
                bool near = i % 17 == 16 && Math.Abs((i / 17 / size) - 1) <= 1 && Math.Abs((i / 17 % size) - 1) <= 1;
                Assert.Equal(near ? float.NaN : 0f, output[i]);
            }
        }
    }

    [Fact]
    public void No_call_allocates_and_short_spans_are_refused()
    {
        ConvCase shape = ConvCase.Square(16, 24, 6, 6, 3, 1, 1);
        _sizes = new Sizes(shape, new Data(54));
        float[] input = new float[shape.InputLength];
        float[] weights = new float[shape.WeightLength];
        float[] bias = new float[24];
        float[] output = new float[shape.OutputLength];
        float[] workspace = new float[_sizes.Workspace];
        Expect.NoAllocation(() => FixedConvolution.Run(input, weights, bias, output, workspace, default(AnySizes), new Clip(0, 6)));
        Assert.Throws<ArgumentException>(() => FixedConvolution.Run(new float[5], weights, bias, output, workspace, default(AnySizes), default(Relu)));
        Assert.Throws<ArgumentException>(() => FixedConvolution.Run(input, new float[5], bias, output, workspace, default(AnySizes), default(Relu)));
        Assert.Throws<ArgumentException>(() => FixedConvolution.Run(input, weights, new float[5], output, workspace, default(AnySizes), default(Relu)));
        Assert.Throws<ArgumentException>(() => FixedConvolution.Run(input, weights, bias, new float[5], workspace, default(AnySizes), default(Relu)));
        Assert.Throws<ArgumentException>(() => FixedConvolution.Run(input, weights, bias, output, new float[5], default(AnySizes), default(Relu)));
    }

    [Fact]
    public void Every_call_gives_the_same_bits()
    {
        ConvCase shape = ConvCase.Square(5, 40, 7, 7, 3, 1, 1);
        Data data = new(55);
        _sizes = new Sizes(shape, data);
        (float[] input, float[] weights, float[] bias) = (data.Floats(shape.InputLength), data.Floats(shape.WeightLength), data.Floats(40));
        float[] first = new float[shape.OutputLength], later = new float[shape.OutputLength], workspace = new float[_sizes.Workspace];
        FixedConvolution.Run(input, weights, bias, first, workspace, default(AnySizes), default(Relu));
        for (int call = 1; call < 2 * FirstCalls.Limit; call++)
        {
            FixedConvolution.Run(input, weights, bias, later, workspace, default(AnySizes), default(Relu));
            Assert.Equal(first, later);
        }

        Assert.Equal(FirstCalls.Limit, FirstCalls<AnySizes>.Count);
    }

    [Fact]
    public void A_run_that_warms_up_leaves_no_first_calls()
    {
        ConvCase shape = ConvCase.Square(5, 24, 6, 6, 3, 1, 1);
        Data data = new(56);
        _sizes = new Sizes(shape, data);
        (float[] input, float[] weights, float[] bias) = (data.Floats(shape.InputLength), data.Floats(shape.WeightLength), data.Floats(24));
        float[] output = new float[shape.OutputLength], workspace = new float[_sizes.Workspace];
        FirstCalls<AnySizes>.Count = 0;
        FirstCalls.Skip();
        FixedConvolution.Run(input, weights, bias, output, workspace, default(AnySizes), default(Relu));
        FirstCalls.Resume();
        Assert.Equal(FirstCalls.Limit, FirstCalls<AnySizes>.Count);
        Expect.Close(
            shape.Reference(ChannelsLast.Back(input, 1, 5, 36), Unpacked(), bias, [], x => Math.Max(x, 0)), ChannelsLast.Back(output, 1, 24, 36), 1e-5, shape.ToString());

        // [tap][input][output] as ONNX has it: [output][input][tap].
        float[] Unpacked()
        {
            float[] rows = new float[weights.Length];
            for (int tap = 0; tap < 9; tap++)
                for (int c = 0; c < 5; c++)
                    for (int m = 0; m < 24; m++) rows[(((m * 5) + c) * 9) + tap] = weights[(((tap * 5) + c) * 24) + m];
            return rows;
        }
    }

    private static void Check(ConvCase shape, Data data)
    {
        float[] input = data.Floats(shape.InputLength);
        float[] weights = data.Floats(shape.WeightLength);
        float[] bias = data.Floats(shape.OutChannels);
        float[] output = Data.Dirty(shape.OutputLength);
        float[] last = ChannelsLast.Of(input, 1, shape.InChannels, shape.In[1] * shape.In[2]);
        float[] packed = LanePacking.PackRows(weights, shape.OutChannels, shape.Kernel[1] * shape.Kernel[2]);
        _sizes = new Sizes(shape, data);
        float[] workspace = Data.Dirty(_sizes.Workspace);
        using Guarded guarded = new();
        FixedConvolution.Run(
            guarded.Of(last), guarded.Of(packed), guarded.Of(bias), guarded.Of(output), guarded.Of(workspace), default(AnySizes), new Clip(-0.5f, 0.6f));
        guarded.Return();
        Compare(x => Math.Min(Math.Max(x, -0.5f), 0.6f));
        CompareSizes(new Clip(-0.5f, 0.6f));
        FixedConvolution.Run(
            guarded.Of(last), guarded.Of(packed), guarded.Of(bias), guarded.Of(output), guarded.Of(workspace), default(AnySizes), default(Sigmoid));
        guarded.Return();
        Compare(x => 1 / (1 + Math.Exp(-x)));
        CompareSizes(default(Sigmoid));

        // The first calls of a layer, whose sizes are values yet, give the very bits of those behind them.
        void CompareSizes<TActivation>(TActivation activation)
            where TActivation : struct, IActivation
        {
            float[] first = Data.Dirty(output.Length);
            FixedConvolution.RunSizes(last, packed, bias, first, workspace, default(AnySizes).Sizes, activation);
            FixedConvolution.RunFixed(last, packed, bias, output, workspace, default(AnySizes), activation);
            Assert.Equal(output.AsSpan().ToArray(), first);
        }

        void Compare(Func<double, double> activation) => Expect.Close(
            shape.Reference(input, weights, bias, [], activation), ChannelsLast.Back(output, 1, shape.OutChannels, shape.Out(1) * shape.Out(2)), 1e-5,
            shape + ", tiles of " + _sizes!.TileRows + " × " + _sizes.TileColumns);
    }

    /// <summary>A case with tiles of any size that the kernels allow.</summary>
    private sealed class Sizes
    {
        public Sizes(ConvCase shape, Data data)
        {
            Shape = shape;
            TileColumns = data.Next(1, Math.Min(8, shape.Out(2)));
            TileRows = data.Next(1, Math.Min(8 / TileColumns, shape.Out(1)));
            (int height, int width) = (Reach(1), Reach(2));
            bool rows = shape.PadBefore[1] > 0 || height > shape.In[1];
            bool all = rows && (TileRows > 1 || data.Next(0, 1) == 0);
            IsCopied = all || shape.PadBefore[2] > 0 || width > shape.In[2];
            CopyHeight = all ? height : shape.In[1];
            CopyWidth = IsCopied ? width : shape.In[2];
            CopyTop = all ? shape.PadBefore[1] : 0;
        }

        public ConvCase Shape { get; }

        public bool IsCopied { get; }

        public int CopyHeight { get; }

        public int CopyWidth { get; }

        public int CopyTop { get; }

        public int TileRows { get; }

        public int TileColumns { get; }

        public int Workspace => IsCopied ? CopyHeight * CopyWidth * Shape.InChannels : 0;

        private int Reach(int axis) => ((Shape.Out(axis) - 1) * Shape.Stride[axis]) + ((Shape.Kernel[axis] - 1) * Shape.Dilation[axis]) + 1;
    }

    private readonly struct AnySizes : IFixedConvolution
    {
        public int InChannels => _sizes!.Shape.InChannels;

        public int OutChannels => _sizes!.Shape.OutChannels;

        public bool IsDepthwise => _sizes!.Shape.Groups > 1;

        public int InHeight => _sizes!.Shape.In[1];

        public int InWidth => _sizes!.Shape.In[2];

        public int OutHeight => _sizes!.Shape.Out(1);

        public int OutWidth => _sizes!.Shape.Out(2);

        public int KernelHeight => _sizes!.Shape.Kernel[1];

        public int KernelWidth => _sizes!.Shape.Kernel[2];

        public int StrideHeight => _sizes!.Shape.Stride[1];

        public int StrideWidth => _sizes!.Shape.Stride[2];

        public int DilationHeight => _sizes!.Shape.Dilation[1];

        public int DilationWidth => _sizes!.Shape.Dilation[2];

        public int PadTop => _sizes!.Shape.PadBefore[1];

        public int PadLeft => _sizes!.Shape.PadBefore[2];

        public bool IsCopied => _sizes!.IsCopied;

        public int CopyHeight => _sizes!.CopyHeight;

        public int CopyWidth => _sizes!.CopyWidth;

        public int CopyTop => _sizes!.CopyTop;

        public int TileRows => _sizes!.TileRows;

        public int TileColumns => _sizes!.TileColumns;

        public FixedSizes Sizes => new(
            InChannels, OutChannels, InHeight, InWidth, OutHeight, OutWidth, KernelHeight, KernelWidth, StrideHeight, StrideWidth,
            DilationHeight, DilationWidth, PadTop, PadLeft, IsDepthwise, IsCopied ? CopyHeight : 0, CopyWidth, CopyTop);
    }
}
