using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>OneHot: the on-value where the index is the place, or the place less the depth, else the off-value. An index that is no integer is rounded towards zero.</summary>
internal static class OneHotRule
{
    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        if (!builder.IsVariable(node.Inputs[0]) || builder.IsVariable(node.Inputs[2])) throw new UnverifiableException("has values that depend on the input");
        double[] values = builder.Numbers(node.Inputs[2]);
        if (values.Any(static v => double.IsNaN(v) || double.IsInfinity(v))) throw new UnverifiableException("has a value that is not finite");
        AxisView view = AxisView.Of(builder.Shape(name), OneHot.Axis(builder.Parameters(node)));
        int length = builder.Length(name), indices = builder.Length(node.Inputs[0]), index = builder.Index(node.Inputs[0]);
        if (builder.Graph.TensorTypeOf(node.Inputs[0])!.ElementType == ElementType.Float32) index = builder.AddHidden(new ActivationNode(name, indices, index, new RoundingActivation(RoundingKind.Zero)));
        int[] source = [.. Enumerable.Range(0, length).Select(i => (i / (view.Length * view.Inner) * view.Inner) + (i % view.Inner))];
        double[] place = [.. Enumerable.Range(0, length).Select(i => (double)(i / view.Inner % view.Length))];
        var sum = new AffineSum(length);
        sum.Add([.. Enumerable.Repeat(values[0], length)]);
        foreach (int shift in new[] { 0, view.Length })
        {
            int difference = builder.AddHidden(new AffineNode(name, [index], [new Operand(index, indices, source).Map()], [.. place.Select(p => shift - p)], AffineRounding.OfNoCode));
            int isThere = builder.AddHidden(new ActivationNode(name, length, difference, new ComparisonActivation(ComparisonKind.Same)));
            sum.Add(isThere, new Operand(isThere, length, [.. Enumerable.Range(0, length)]).Map(values[1] - values[0]));
        }

        builder.Add(name, sum.ToNode(name, AffineRounding.OfNoCode));
    }
}
