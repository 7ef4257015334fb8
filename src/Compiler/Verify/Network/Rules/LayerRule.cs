using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Red;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Conv, Gemm and MatMul with constant weights.</summary>
internal static class LayerRule
{
    /// <summary>Reads a Gemm or MatMul: the same matrix for every row of the input.</summary>
    public static void Dense(NetworkBuilder builder, Node node)
    {
        if (ReducibleLayer.Read(builder.Graph, node) is null || (node.HasInput(2) && (builder.IsVariable(node.Inputs[2]) || node.Attributes.Float("beta", 1) != 1)))
        {
            (node.Operator.Name == "Gemm" ? (System.Action<NetworkBuilder, Node>)ContractionRule.Gemm : ContractionRule.MatMul)(builder, node);
            return;
        }

        (ReducibleLayer layer, float[] weights) = Weights(builder, node);
        int inputs = builder.Length(node.Inputs[0]);
        int outputs = builder.Length(node.Outputs[0]);
        var map = new LinearMapBuilder(inputs);
        for (int row = 0; row < outputs / layer.Outputs; row++)
        {
            for (int i = 0; i < layer.Outputs; i++)
            {
                for (int j = 0; j < layer.Columns; j++) map.Add((row * layer.Columns) + j, weights[(i * layer.Columns) + j]);
                map.EndRow();
            }
        }

        Add(builder, node, map.ToMap(), DenseBias(builder, node, outputs), new AffineRounding(layer.Columns));
    }

    /// <summary>Reads a Conv.</summary>
    public static void Conv(NetworkBuilder builder, Node node)
    {
        (ReducibleLayer layer, float[] weights) = Weights(builder, node);
        int[] x = builder.Graph.TensorTypeOf(node.Inputs[0])!.Shape!.ToArray();
        WindowGeometry window = Operators.Linear.Conv.Geometry(node, x, [.. builder.Graph.ConstantOf(layer.Weights)!.Dimensions]);
        var conv = new ConvLayer(x[0], layer.Groups, x[1], layer.Outputs, window);
        LinearMap map = WindowMap.Of(conv, System.Array.ConvertAll(weights, static w => (double)w), builder.Length(node.Inputs[0]));
        double[] bias = node.HasInput(2) ? builder.Constant(node.Inputs[2]) : new double[conv.OutChannels];
        int length = window.OutLength;
        double[] all = [.. Enumerable.Range(0, builder.Length(node.Outputs[0])).Select(i => bias[i / length % conv.OutChannels])];
        var rounding = new AffineRounding(layer.Columns) { Winograd = builder.IsWinograd(node) ? WinogradOf(conv, weights) : null };
        Add(builder, node, map, all, rounding);
    }

    private static WinogradLayer WinogradOf(ConvLayer conv, float[] weights)
    {
        if (conv.Batch != 1 || conv.Groups != 1) throw new UnverifiableException("is computed by Winograd's filtering over several samples or groups");
        int taps = conv.Window.KernelLength;
        ImmutableArray<double> sums = [.. Enumerable.Range(0, conv.OutChannels * conv.InChannels).Select(i => Enumerable.Range(i * taps, taps).Sum(k => System.Math.Abs((double)weights[k])))];
        return new WinogradLayer(conv.InChannels, conv.Window.InLength, conv.Window.OutLength, sums);
    }

    private static (ReducibleLayer Layer, float[] Weights) Weights(NetworkBuilder builder, Node node)
    {
        if (ReducibleLayer.Read(builder.Graph, node) is not { } layer) throw new UnverifiableException("has weights that are no float32 constants, or attributes that have no bounds yet");
        return (layer, layer.ToRows(builder.Graph.ConstantOf(layer.Weights)!));
    }

    /// <summary>The bias of a Gemm, as ONNX broadcasts it.</summary>
    private static double[] DenseBias(NetworkBuilder builder, Node node, int length)
    {
        if (node.Operator.Name != "Gemm" || !node.HasInput(2)) return new double[length];
        int[] y = builder.Graph.TensorTypeOf(node.Outputs[0])!.Shape!.ToArray();
        return Broadcast.Constant(builder.Constant(node.Inputs[2]), [.. builder.Graph.ConstantOf(node.Inputs[2])!.Dimensions], y);
    }

    private static void Add(NetworkBuilder builder, Node node, LinearMap map, double[] bias, AffineRounding rounding)
        => builder.Add(node.Outputs[0], new AffineNode(node.Outputs[0], [builder.Index(node.Inputs[0])], [map], bias, rounding));
}
