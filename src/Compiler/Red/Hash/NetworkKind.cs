using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Hash;

/// <summary>What a network's outputs are good for, as far as its form tells.</summary>
internal static class NetworkKind
{
    private const int MostClasses = 32768;

    /// <summary>
    /// Whether the largest of the outputs is what counts: one output of 2 … 32,768 scores a sample, made by a dense layer or a pooled convolution
    /// from a larger input, possibly through Softmax. The form cannot tell scores from a short vector of measurements; who needs those sets RedGenTolerance.
    /// </summary>
    public static bool IsClassifier(Graph graph)
    {
        if (graph.Outputs.Length != 1 || graph.TensorTypeOf(graph.Outputs[0].Name) is not { IsStatic: true } type) return false;
        int[] lengths = [.. type.Shape!.ToArray().Where(d => d != 1)];
        if (lengths.Length != 1 || lengths[0] > MostClasses) return false;
        long inputs = graph.Inputs.Max(i => graph.TensorTypeOf(i.Name)?.Shape?.ElementCount ?? 0);
        return inputs > 4L * lengths[0] && Head(graph) is "Gemm" or "MatMul" or "GlobalAveragePool" or "AveragePool" or "ReduceMean" or "Softmax" or "LogSoftmax";
    }

    /// <summary>The operator that makes the output, shape changes and a bias aside.</summary>
    private static string Head(Graph graph)
    {
        string value = graph.Outputs[0].Name;
        while (graph.Nodes.FirstOrDefault(n => n.Outputs.Contains(value)) is { } node)
        {
            bool passes = node.Operator.Name is "Reshape" or "Flatten" or "Squeeze" or "Identity" || (node.Operator.Name == "Add" && node.Inputs.Any(i => graph.ConstantOf(i) is not null));
            if (!passes) return node.Operator.Name;
            value = node.Inputs.First(i => graph.ConstantOf(i) is null);
        }

        return "";
    }
}
