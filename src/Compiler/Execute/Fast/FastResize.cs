using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Operators.Spatial;

namespace RedGen.Compiler.Execute.Fast;

/// <summary>Resize and Upsample for the fast evaluator: one axis after the other.</summary>
internal static class FastResize
{
    /// <summary>Computes a node; null for crops, whose outside has a value of its own.</summary>
    public static FastValue? TryRun(Node node, ImmutableArray<FastValue?> inputs, int[] lengths)
    {
        if (inputs[0]!.ElementType != ElementType.Float32) return null;
        var context = new InferenceContext(
            node,
            [.. inputs.Select(v => v is null ? null : new TensorType(v.ElementType, Shape.Of(v.Lengths)))],
            [.. inputs.Select((v, i) => v is null || i == 0 ? null : v.ToReference().ToTensor())]);
        var mode = ResizeMode.Read(context);
        if (mode.IsCrop || lengths.Contains(0)) return null;
        ResizeAxis[] axes = ResizeParameters.Read(context, withRoi: true);
        if (!axes.Select(a => a.Out).SequenceEqual(lengths)) return null;
        float[] x = inputs[0]!.Floats;
        int[] current = [.. inputs[0]!.Lengths];
        for (int axis = 0; axis < axes.Length; axis++)
        {
            if (axes[axis] is { Scale: 1 } own && own.In == own.Out && mode.Coordinates != "tf_half_pixel_for_nn") continue;
            x = Along(axes[axis], mode, x, (int)Positions.Product(current.Take(axis)), (int)Positions.Product(current.Skip(axis + 1)));
            current[axis] = axes[axis].Out;
        }

        return new FastValue(x, lengths);
    }

    private static float[] Along(ResizeAxis axis, ResizeMode mode, float[] x, int outer, int inner)
    {
        var y = new float[outer * axis.Out * inner];
        for (int o = 0; o < axis.Out; o++)
        {
            (int[] positions, double[] weights) = axis.Find(mode, o);
            for (int t = 0; t < positions.Length; t++)
            {
                float weight = (float)weights[t];
                if (weight == 0) continue;
                for (int i = 0; i < outer; i++)
                {
                    int from = ((i * axis.In) + positions[t]) * inner;
                    int to = ((i * axis.Out) + o) * inner;
                    for (int j = 0; j < inner; j++) y[to + j] += weight * x[from + j];
                }
            }
        }

        return y;
    }
}
