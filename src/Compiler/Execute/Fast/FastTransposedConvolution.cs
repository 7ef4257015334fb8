using System;
using System.Collections.Immutable;
using System.Threading.Tasks;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Execute.Fast;

/// <summary>ConvTranspose for the fast evaluator: a blocked product for each group, then the sums.</summary>
internal static class FastTransposedConvolution
{
    /// <summary>Computes a node; null for more than three spatial axes.</summary>
    public static FastValue? TryRun(Node node, ImmutableArray<FastValue?> inputs, int[] lengths)
    {
        var layer = TransposedConvLayer.Read(node, inputs[0]!.Lengths, inputs[1]!.Lengths);
        if (!layer.Window.IsSpatial || layer.IsEmpty) return null;
        float[] x = inputs[0]!.Floats, w = inputs[1]!.Floats;
        float[]? bias = inputs.Length > 2 ? inputs[2]?.Floats : null;
        (int inLength, int outLength) = (layer.Window.OutLength, layer.Window.InLength);
        int depth = layer.InChannels / layer.Groups, outputs = layer.OutChannels / layer.Groups, rows = outputs * layer.Window.KernelLength;
        var y = new float[layer.Batch * layer.OutChannels * outLength];
        for (int i = 0; i < layer.Batch * layer.OutChannels; i++) y.AsSpan(i * outLength, outLength).Fill(bias is null ? 0 : bias[i % layer.OutChannels]);
        Parallel.For(0, layer.Batch * layer.Groups, i =>
        {
            // The filters of a group, [output channel and tap, input channel].
            int first = i % layer.Groups * depth * rows;
            var filters = new float[rows * depth];
            for (int c = 0; c < depth; c++)
                for (int r = 0; r < rows; r++) filters[(r * depth) + c] = w[first + (c * rows) + r];
            var packed = new float[BlockedGemm.PackedLength(depth, inLength)];
            BlockedGemm.Pack(x, i * depth * inLength, depth, inLength, false, packed);
            var products = new float[rows * inLength];
            BlockedGemm.Run(filters, 0, packed, null, 0, products, 0, rows, depth, inLength);
            for (int row = 0; row < rows; row++) Add(layer.Window, products, row, y, ((i * outputs) + (row / layer.Window.KernelLength)) * outLength);
        });
        return new FastValue(y, lengths);
    }

    /// <summary>Adds the products of one output channel and tap where they belong.</summary>
    private static void Add(WindowGeometry window, float[] products, int row, float[] y, int plane)
    {
        (WindowAxis depth, WindowAxis height, WindowAxis width) = (window.Depth, window.Height, window.Width);
        int tap = row % window.KernelLength;
        int next = row * window.OutLength;
        for (int d = 0; d < depth.Out; d++)
        {
            int toDepth = depth.Position(d, tap / (width.Kernel * height.Kernel));
            for (int h = 0; h < height.Out; h++)
            {
                int toHeight = height.Position(h, tap / width.Kernel % height.Kernel);
                bool isInside = toDepth >= 0 && toDepth < depth.In && toHeight >= 0 && toHeight < height.In;
                int line = plane + (((toDepth * height.In) + toHeight) * width.In);
                for (int v = 0; v < width.Out; v++, next++)
                {
                    int to = width.Position(v, tap % width.Kernel);
                    if (isInside && to >= 0 && to < width.In) y[line + to] += products[next];
                }
            }
        }
    }
}
