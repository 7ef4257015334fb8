using System.Globalization;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Probe;

/// <summary>Whether a model can run on the user's samples.</summary>
internal static class SampleFit
{
    /// <summary>Why it cannot; empty where it can.</summary>
    /// <param name="graph">The graph, every dimension of its inputs known.</param>
    /// <param name="samples">Samples, the first axis counts them.</param>
    public static string Problem(Graph graph, Tensor samples)
    {
        if (graph.Inputs.Length != 1) return "samples serve models with one input; this one has " + Text(graph.Inputs.Length);
        Value input = graph.Inputs[0];
        if (graph.TensorTypeOf(input.Name) is not { ElementType: ElementType.Float32, IsStatic: true } type) return "samples are float32, the input '" + input.Name + "' is " + input.Type;
        if (samples.ElementType != ElementType.Float32) return "samples are float32, these are " + samples.ElementType.ToString().ToLowerInvariant();
        if (samples.Dimensions.IsEmpty || samples.Dimensions[0] == 0) return "there are no samples";
        int count = samples.Dimensions[0], length = samples.Length / count;
        if (length != type.Shape!.ElementCount) return "a sample has " + Text(length) + " values, the input '" + input.Name + "' takes " + type.Shape.ElementCount.ToString(CultureInfo.InvariantCulture);
        System.ReadOnlySpan<float> values = samples.AsSpan<float>();
        for (int i = 0; i < values.Length; i++)
            if (float.IsNaN(values[i]) || float.IsInfinity(values[i])) return "sample " + Text(i / length) + " holds a number that is NaN or infinite";
        return "";
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
