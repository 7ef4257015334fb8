using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Probe;

/// <summary>
/// How large the inputs of a dense network are, told by its first layer: training puts the places where units bend, at a distance of |b_i| ÷ ‖w_i‖ from the
/// origin, among the data. Of networks whose input box is known, the box's root mean square is 1.3 to 4 times the median of these distances (decision 0019).
/// </summary>
internal static class InputScale
{
    /// <summary>More inputs are images, signals or features, each at a scale of its own: nothing is concluded.</summary>
    private const int MostInputs = 64;

    /// <summary>The inputs' deviation in medians of the distances.</summary>
    private const double Medians = 2.5;

    /// <summary>Whether the network has one input, a vector of few floats, which a dense layer is the first to read.</summary>
    public static bool IsSmallVector(Graph graph) => FirstLayer(graph) is not null;

    /// <summary>The deviation of the inputs; NaN where the first layer does not tell it.</summary>
    public static double Of(Graph graph)
    {
        if (FirstLayer(graph) is not { Bias.Length: > 0 } layer) return double.NaN;
        float[] rows = layer.ToRows(graph.ConstantOf(layer.Weights)!), bias = graph.ConstantOf(layer.Bias)!.AsSpan<float>().ToArray();
        if (bias.Length != layer.Outputs) return double.NaN;
        var distances = new List<double>();
        for (int i = 0; i < layer.Outputs; i++)
        {
            double squares = 0;
            foreach (float w in rows.AsSpan(i * layer.Columns, layer.Columns)) squares += (double)w * w;
            if (squares > 0) distances.Add(Math.Abs(bias[i]) / Math.Sqrt(squares));
        }

        distances.Sort();
        double median = distances.Count == 0 ? 0 : distances[distances.Count / 2];
        return median > 0 && median < float.MaxValue ? Medians * median : double.NaN;
    }

    private static ReducibleLayer? FirstLayer(Graph graph)
    {
        if (graph.Inputs.Length != 1 || graph.TensorTypeOf(graph.Inputs[0].Name) is not { ElementType: ElementType.Float32, IsStatic: true } type || type.Shape!.ElementCount > MostInputs) return null;
        ReducibleLayer? first = graph.Nodes.SelectMany(n => ReducibleLayer.ReadAll(graph, n)).FirstOrDefault();
        return first?.Node.Operator.Name is "Gemm" or "MatMul" && first.Columns == type.Shape.ElementCount ? first : null;
    }
}
