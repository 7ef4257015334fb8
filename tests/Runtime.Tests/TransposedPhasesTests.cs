using System;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Transposed convolutions in phases and over planes against a naive loop in double.</summary>
public class TransposedPhasesTests
{
    [Fact]
    public void Random_shapes_agree_with_the_definition()
    {
        Data data = new(61);
        for (int i = 0; i < 400; i++)
        {
            bool deep = data.Next(0, 4) == 0;
            int groups = data.Next(0, 3) == 0 ? 2 : 1;
            Check(
                data, data.Next(1, 2), groups, groups * data.Next(1, 9), groups * data.Next(1, 20),
                deep ? Random(data, 3) : Axis.Missing, Random(data, 6), Random(data, 9));
        }
    }

    [Fact]
    public void Few_channels_over_wide_planes_agree_with_the_definition()
    {
        Data data = new(63);
        foreach (int outChannels in new[] { 1, 2, 3, 4, 5, 8 })
        {
            for (int i = 0; i < 12; i++)
            {
                int groups = data.Next(1, 2);
                int channels = groups * data.Next(1, 20);
                Check(data, 1, groups, channels, groups * outChannels, Axis.Missing, Random(data, 20), Random(data, 90));
                Check(data, 1, groups, channels, groups * outChannels, Axis.Missing, Random(data, 20) with { Dilation = 2 }, Random(data, 90) with { Dilation = data.Next(1, 3) });
                Check(data, 1, groups, channels, groups * outChannels, Axis.Missing, Axis.Missing, Random(data, 200));
            }
        }
    }

    [Fact]
    public void Strides_beyond_the_kernel_leave_the_bias()
    {
        Data data = new(62);
        Check(data, 1, 1, 3, 5, Axis.Missing, new Axis(12, 4, 2, 3, 0), new Axis(17, 5, 1, 4, 0));
        Check(data, 1, 1, 3, 5, Axis.Missing, new Axis(3, 1, 2, 3, 0), new Axis(2, 1, 5, 2, 1));
    }

    [Fact]
    public void No_call_allocates_and_short_spans_are_refused()
    {
        TransposedConvShape shape = new(1, 8, 4, 5, 5, 10, 10, 4, 4, 2, 2, 1, 1, 1, 1);
        float[] x = new float[8 * 25];
        float[] w = new float[16 * 8 * 16];
        float[] y = new float[4 * 100];
        float[] workspace = new float[TransposedPhases.WorkspaceLength(shape)];
        Expect.NoAllocation(() => TransposedPhases.Run(x, w, default, y, workspace, shape, default(Relu)));
        Assert.Throws<ArgumentException>(() => TransposedPhases.Run(x.AsSpan(1), w, default, y, workspace, shape, default(Relu)));
        Assert.Throws<ArgumentException>(() => TransposedPhases.Run(x, w.AsSpan(1), default, y, workspace, shape, default(Relu)));
        Assert.Throws<ArgumentException>(() => TransposedPhases.Run(x, w, default, y.AsSpan(1), workspace, shape, default(Relu)));
        Assert.Throws<ArgumentException>(() => TransposedPhases.Run(x, w, default, y, workspace.AsSpan(1), shape, default(Relu)));
        TransposedConvShape dilated = new(1, 8, 4, 5, 5, 10, 10, 4, 4, 2, 2, 2, 1, 1, 1);
        Assert.Throws<ArgumentException>(() => TransposedPhases.Run(x, w, default, y, workspace, dilated, default(Relu)));
    }

    [Fact]
    public void Planes_allocate_nothing_and_refuse_what_is_too_short_or_too_small()
    {
        TransposedConvShape shape = new(1, 8, 4, 8, 8, 16, 16, 4, 4, 2, 2, 1, 1, 1, 1);
        float[] x = new float[8 * 64];
        float[] w = new float[8 * 4 * 16];
        float[] y = new float[4 * 256];
        float[] workspace = new float[TransposedPlanes.WorkspaceLength(shape)];
        Expect.NoAllocation(() => TransposedPlanes.Run(x, w, default, y, workspace, shape, default(Relu)));
        Assert.Throws<ArgumentException>(() => TransposedPlanes.Run(x.AsSpan(1), w, default, y, workspace, shape, default(Relu)));
        Assert.Throws<ArgumentException>(() => TransposedPlanes.Run(x, w.AsSpan(1), default, y, workspace, shape, default(Relu)));
        Assert.Throws<ArgumentException>(() => TransposedPlanes.Run(x, w, default, y.AsSpan(1), workspace, shape, default(Relu)));
        Assert.Throws<ArgumentException>(() => TransposedPlanes.Run(x, w, default, y, workspace.AsSpan(1), shape, default(Relu)));
        TransposedConvShape small = new(1, 8, 4, 7, 9, 14, 18, 4, 4, 2, 2, 1, 1, 1, 1);
        Assert.Throws<ArgumentException>(() => TransposedPlanes.Run(x, w, default, y, workspace, small, default(Relu)));
    }

    [Fact]
    public void A_nan_reaches_its_taps_and_nothing_else()
    {
        TransposedConvShape shape = new(1, 2, 1, 8, 17, 16, 34, 4, 4, 2, 2, 1, 1, 1, 1);
        float[] x = new float[2 * 8 * 17];
        x[(3 * 17) + 16] = float.NaN;
        float[] y = Data.Dirty(16 * 34);
        float[] w = new float[2 * 16];
        Array.Fill(w, 1f);
        TransposedPlanes.Run(x, TransposedPlanePacking.Pack(w, 1, 2), default, y, Data.Dirty(TransposedPlanes.WorkspaceLength(shape)), shape, default(Identity));
        for (int i = 0; i < y.Length; i++)
        {
            bool near = i / 34 is >= 5 and <= 8 && i % 34 is >= 31 and <= 34;
            Assert.Equal(near ? float.NaN : 0f, y[i]);
        }
    }

    private static Axis Random(Data data, int limit)
    {
        int input = data.Next(1, limit);
        int kernel = data.Next(1, 5);
        int stride = data.Next(1, 3);
        int before = data.Next(0, kernel - 1);
        int after = data.Next(0, kernel - 1);
        int output = ((input - 1) * stride) + kernel - before - after + data.Next(0, stride - 1);
        return new Axis(Math.Max(output, 1), input, kernel, stride, before);
    }

    private static void Check(Data data, int batch, int groups, int inChannels, int outChannels, Axis d, Axis h, Axis w)
    {
        TransposedConvShape shape = new(
            batch, groups, inChannels, outChannels, d.Out, h.Out, w.Out, d.In, h.In, w.In, d.Kernel, h.Kernel, w.Kernel,
            d.Stride, h.Stride, w.Stride, 1, h.Dilation, w.Dilation, d.Before, h.Before, w.Before);
        int taps = d.Kernel * h.Kernel * w.Kernel;
        float[] x = data.Floats(batch * inChannels * shape.InLength);
        float[] filters = data.Floats(inChannels * (outChannels / groups) * taps);
        float[] bias = data.Next(0, 1) == 0 ? [] : data.Floats(outChannels);
        float[] y = Data.Dirty(batch * outChannels * shape.OutLength);
        double[] expected = Reference(x, filters, bias, batch, groups, inChannels, outChannels, [d, h, w]);
        string text = $"{batch} {groups} {inChannels} {outChannels} {d} {h} {w}";
        using Guarded guarded = new();
        if (h.Dilation * w.Dilation == 1)
        {
            float[] phases = TransposedPhasePacking.Pack(
                filters, groups, inChannels, outChannels, [d.Kernel, h.Kernel, w.Kernel], [d.Stride, h.Stride, w.Stride], [d.Before, h.Before, w.Before]);
            TransposedPhases.Run(
                guarded.Of(x), guarded.Of(phases), guarded.Of(bias), guarded.Of(y), guarded.Of(Data.Dirty(TransposedPhases.WorkspaceLength(shape))), shape, default(Relu));
            guarded.Return();
            Expect.Close(expected, y, 1e-5, text);
        }

        if (d != Axis.Missing || shape.InLength < TransposedPlanes.LeastPlaces) return;
        y = Data.Dirty(y.Length);
        float[] packed = TransposedPlanePacking.Pack(filters, groups, inChannels);
        int length = TransposedPlanes.WorkspaceLength(shape);
        Assert.Equal(length, TransposedPlaneWorkspace.Length(inChannels / groups, outChannels / groups, [h.Out, w.Out], [h.In, w.In], [h.Kernel, w.Kernel], [h.Stride, w.Stride], [h.Dilation, w.Dilation]));
        TransposedPlanes.Run(guarded.Of(x), guarded.Of(packed), guarded.Of(bias), guarded.Of(y), guarded.Of(Data.Dirty(length)), shape, default(Relu));
        guarded.Return();
        Expect.Close(expected, y, 1e-5, text);
    }

    private static double[] Reference(
        float[] x, float[] filters, float[] bias, int batch, int groups, int inChannels, int outChannels, Axis[] axes)
    {
        (Axis d, Axis h, Axis w) = (axes[0], axes[1], axes[2]);
        int inLength = d.Out * h.Out * w.Out;
        int outLength = d.In * h.In * w.In;
        int taps = d.Kernel * h.Kernel * w.Kernel;
        int outGroup = outChannels / groups;
        double[] y = new double[batch * outChannels * outLength];
        for (int i = 0; i < batch * inChannels * inLength * outGroup * taps; i++)
        {
            (int rest, int tap) = Math.DivRem(i, taps);
            (rest, int m) = Math.DivRem(rest, outGroup);
            (rest, int place) = Math.DivRem(rest, inLength);
            (int n, int c) = Math.DivRem(rest, inChannels);
            int z = d.Position(place / w.Out / h.Out, tap / w.Kernel / h.Kernel);
            int row = h.Position(place / w.Out % h.Out, tap / w.Kernel % h.Kernel);
            int column = w.Position(place % w.Out, tap % w.Kernel);
            if (z >= 0 && z < d.In && row >= 0 && row < h.In && column >= 0 && column < w.In)
            {
                int channel = (n * outChannels) + (c / (inChannels / groups) * outGroup) + m;
                y[(channel * outLength) + (((z * h.In) + row) * w.In) + column]
                    += (double)x[(((n * inChannels) + c) * inLength) + place] * filters[(((c * outGroup) + m) * taps) + tap];
            }
        }

        for (int i = 0; i < y.Length; i++)
        {
            y[i] = Math.Max(y[i] + (bias.Length > 0 ? bias[i / outLength % outChannels] : 0), 0);
        }

        return y;
    }

    /// <summary>An axis: the output's length is In, the input's Out, as in the convolution whose gradient it is.</summary>
    private sealed record Axis(int In, int Out, int Kernel, int Stride, int Before)
    {
        internal static Axis Missing { get; } = new(1, 1, 1, 1, 0);

        internal int Dilation { get; init; } = 1;

        internal int Position(int element, int tap) => (element * Stride) - Before + (tap * Dilation);
    }
}
