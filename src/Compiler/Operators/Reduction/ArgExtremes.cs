using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Reduction;

/// <summary>ArgMax and ArgMin: where along an axis the largest or smallest element stands.</summary>
internal static class ArgExtremes
{
    /// <summary>The operators of the table.</summary>
    public static ImmutableArray<Operator> Operators { get; } = [new ArgExtreme("ArgMax", 1), new ArgExtreme("ArgMin", -1)];

    /// <summary>The tensor along the operator's axis.</summary>
    public static AxisView View(Node node, int[] lengths)
    {
        int axis = (int)node.Attributes.Int("axis", 0);
        return AxisView.Of(lengths, axis < 0 ? axis + lengths.Length : axis);
    }

    private sealed class ArgExtreme(string name, int sign) : Operator
    {
        public override OperatorSchema Schema { get; } = new()
        {
            Name = name,
            Versions = [1, 11, 12, 13],
            Inputs = [new("data", TypeSet.Numeric)],
            Outputs = [new("reduced", TypeSet.Int64)],
            Attributes = [new("axis", AttributeKind.Int), new("keepdims", AttributeKind.Int), new("select_last_index", AttributeKind.Int, Since: 12)],
        };

        public override void Infer(InferenceContext context)
        {
            int[] x = context.Lengths(0);
            int axis = context.Axis(context.Attributes.Int("axis", 0), x.Length);
            if (x[axis] == 0) throw context.Fail("there is no " + (sign > 0 ? "largest" : "smallest") + " of no elements");
            bool keep = context.Attributes.Int("keepdims", 1) != 0;
            context.SetOutput(0, ElementType.Int64, x.Select((d, i) => i == axis ? 1 : d).Where((_, i) => keep || i != axis));
        }

        public override void Evaluate(EvaluationContext context)
        {
            ReferenceTensor x = context.Input(0);
            ReferenceTensor y = context.NewOutput(0);
            AxisView view = View(context.Node, x.Lengths);
            bool last = context.Attributes.Int("select_last_index", 0) != 0;
            for (int at = 0; at < y.Count; at++)
            {
                int start = view.Start(at / view.Inner, at % view.Inner);
                int best = 0;
                for (int i = 1; i < view.Length; i++)
                {
                    if (Beats(x, start + (i * view.Inner), start + (best * view.Inner), last)) best = i;
                }

                y.Integers![at] = best;
            }

            context.SetOutput(0, y);
        }

        /// <summary>Whether an element replaces the best one before it; NaN never does and never gives way.</summary>
        private bool Beats(ReferenceTensor x, int element, int best, bool evenIfEqual)
        {
            if (!x.IsReal)
            {
                int order = sign * IntegerRange.Compare(x.ElementType, x.Integers![element], x.Integers[best]);
                return order > 0 || (order == 0 && evenIfEqual);
            }

            double a = sign * x.Reals![element];
            double b = sign * x.Reals[best];
            return a > b || (a == b && evenIfEqual);
        }
    }
}
