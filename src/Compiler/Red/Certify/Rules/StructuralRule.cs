using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Passes;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>Operators that move elements: each plane of bounds moves as the elements do.</summary>
internal static class StructuralRule
{
    /// <summary>Bounds the outputs.</summary>
    public static void Run(PropagationContext context)
    {
        if (context.Node.Is("Dropout") && Dropout.MayTrain(context.Node, context.OriginalGraph.ConstantOf)) throw new UncertifiableException("drops elements at random");
        var planes = new ReferenceTensor?[PairBound.PlaneCount][];
        for (int p = 0; p < planes.Length; p++)
        {
            int plane = p;
            planes[p] = ExactEvaluation.OnPlane(context, v => v.Bound.Plane(plane));
        }

        for (int i = 0; i < context.Node.Outputs.Length; i++)
        {
            if (!context.Node.HasOutput(i)) continue;
            // Dropout's mask: all true, whatever the elements are.
            if (!planes[0][i]!.IsReal) context.SetOutput(i, planes[0][i]!, planes[0][i]!);
            else context.SetOutput(i, new PairBound(planes[0][i]!.Lengths, System.Array.ConvertAll(planes, p => p[i]!.Reals!)));
        }
    }
}
