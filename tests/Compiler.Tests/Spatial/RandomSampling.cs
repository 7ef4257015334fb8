using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Tests.Linear;

namespace RedGen.Compiler.Tests.Spatial;

/// <summary>Random nodes that read or write at places which other inputs name.</summary>
internal static class RandomSampling
{
    private static readonly ElementType[] Floats = [ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16];

    private static readonly ElementType[] All = [.. Floats, ElementType.UInt8, ElementType.Int32, ElementType.Int64, ElementType.UInt64, ElementType.Bool];

    private static readonly ElementType[] Numbers = [.. Floats, ElementType.UInt8, ElementType.Int16, ElementType.Int64, ElementType.UInt64];

    public static RandomModel GridSample(int seed)
    {
        RandomModel m = new RandomModel(seed, All[seed % All.Length]).Opset(Opset(seed, 16, 20, 22));
        int rank = Opset(seed, 16, 20, 22) == 16 ? 2 : m.Next(1, 4);
        int[] x = [m.Next(1, 2), m.Next(1, 3), .. m.Lengths(rank, 1, 5)];
        m.Input("x", x);
        int[] places = m.Lengths(rank, 1, 4);
        Reals(m, "grid", m.Type.IsFloat() && m.Chance(0.7) ? m.Type : ElementType.Float32, -1.6, 1.6, [x[0], .. places, rank]);
        return m.Node("GridSample", "x,grid", "y", n => n.Int("align_corners", m.Next(0, 1)).String("padding_mode", m.Any("zeros", "border", "reflection"))
            .String("mode", rank == 2 && seed % 3 == 0 ? m.Any("bilinear", "nearest", "bicubic") : m.Any("linear", "nearest", "cubic"))).Output("y");
    }

    public static RandomModel RoiAlign(int seed)
    {
        int opset = Opset(seed, 10, 16, 22);
        RandomModel m = new RandomModel(seed, Floats[seed % Floats.Length]).Opset(opset);
        int[] x = [m.Next(1, 3), m.Next(1, 3), m.Next(1, 9), m.Next(1, 9)];
        m.Input("x", x);
        int count = m.Next(0, 4);
        Reals(m, "rois", m.Type, -2, 18, [count, 4]);
        m.Writer.Initializer("batches", [.. Enumerable.Range(0, count).Select(_ => (long)m.Next(0, x[0] - 1))], count);
        return m.Node("RoiAlign", "x,rois,batches", "y", n =>
        {
            n.Int("output_height", m.Next(1, 3)).Int("output_width", m.Next(1, 3)).Int("sampling_ratio", m.Next(0, 2)).Float("spatial_scale", m.Any(0.5f, 1f)).String("mode", m.Any("avg", "max"));
            if (opset > 10) n.String("coordinate_transformation_mode", m.Any("half_pixel", "output_half_pixel"));
        }).Output("y");
    }

    public static RandomModel MaxRoiPool(int seed)
    {
        RandomModel m = new RandomModel(seed, Floats[seed % Floats.Length]).Opset(Opset(seed, 8, 22, 22));
        int[] x = [1, m.Next(1, 3), m.Next(1, 9), m.Next(1, 9)];
        m.Input("x", x);
        int count = m.Next(0, 4);
        ReferenceTensor rois = Reals(m, "unused", m.Type, -2, 12, [count, 5]);
        for (int r = 0; r < count; r++) rois.Reals![r * 5] = 0;
        m.Constant("rois", rois);
        return m.Node("MaxRoiPool", "x,rois", "y", n => n.Ints("pooled_shape", m.Next(1, 4), m.Next(1, 4)).Float("spatial_scale", m.Any(0.5f, 1f))).Output("y");
    }

    public static RandomModel MaxUnpool(int seed)
    {
        RandomModel m = new RandomModel(seed, Floats[seed % Floats.Length]).Opset(Opset(seed, 9, 11, 22));
        int rank = m.Next(1, 3);
        int[] x = [m.Next(1, 2), m.Next(1, 2), .. m.Lengths(rank, 1, 3)];
        m.Input("x", x);
        int[] kernel = m.Lengths(rank, 1, 3);
        int[] strides = m.Lengths(rank, 1, 3);
        int[] unpooled = [x[0], x[1], .. kernel.Select((k, i) => ((x[i + 2] - 1) * strides[i]) + k)];
        int[] output = [.. unpooled.Select((d, i) => i < 2 ? d : d + m.Any(0, 0, 1, 2))];
        int count = unpooled.Aggregate(1, (a, b) => a * b);
        long[] places = [.. Enumerable.Range(0, count).OrderBy(_ => m.Random.Next()).Take(x.Aggregate(1, (a, b) => a * b)).Select(p => (long)p)];
        while (places.Length < x.Aggregate(1, (a, b) => a * b)) places = [.. places, 0];
        m.Writer.Initializer("places", places, x);
        bool asks = m.Chance(0.6);
        if (asks) m.Writer.Initializer("shape", [.. output.Select(d => (long)d)], output.Length);
        return m.Node("MaxUnpool", asks ? "x,places,shape" : "x,places", "y", n => n.Ints("kernel_shape", Longs(kernel)).Ints("strides", Longs(strides))).Output("y");
    }

    public static RandomModel Col2Im(int seed)
    {
        RandomModel m = new RandomModel(seed, Numbers[seed % Numbers.Length]).Opset(18);
        int rank = m.Next(1, 3);
        int[] block = m.Lengths(rank, 1, 3);
        int[] dilations = m.Lengths(rank, 1, 2);
        int[] strides = m.Lengths(rank, 1, 3);
        int[] pads = m.Lengths(2 * rank, 0, 2);
        int[] image = [.. block.Select((b, i) => Math.Max(1, ((b - 1) * dilations[i]) + 1 - pads[i] - pads[rank + i] + m.Next(0, 4)))];
        int columns = image.Select((d, i) => ((d + pads[i] + pads[rank + i] - ((block[i] - 1) * dilations[i]) - 1) / strides[i]) + 1).Aggregate(1, (a, b) => a * b);
        m.Input("x", m.Next(1, 2), m.Next(1, 3) * block.Aggregate(1, (a, b) => a * b), columns);
        m.Writer.Initializer("image", Longs(image), rank).Initializer("block", Longs(block), rank);
        return m.Node("Col2Im", "x,image,block", "y", n => n.Ints("dilations", Longs(dilations)).Ints("strides", Longs(strides)).Ints("pads", Longs(pads))).Output("y");
    }

    /// <summary>A constant of reals between two bounds.</summary>
    private static ReferenceTensor Reals(RandomModel m, string name, ElementType type, double least, double most, int[] lengths)
    {
        var tensor = new ReferenceTensor(type, lengths);
        for (int i = 0; i < tensor.Count; i++) tensor.Reals![i] = m.Chance(0.2) ? Math.Round(least + (m.Random.NextDouble() * (most - least))) : least + (m.Random.NextDouble() * (most - least));
        tensor.Rounded();
        m.Constant(name, tensor);
        return tensor;
    }

    private static int Opset(int seed, params int[] versions) => versions[seed % versions.Length];

    private static long[] Longs(int[] values) => [.. values.Select(v => (long)v)];
}
