using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Concat: the inputs one after the other along an axis.</summary>
internal sealed class Concat : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Concat",
        Versions = [1, 4, 11, 13],
        Inputs = [new("inputs", TypeSet.Any, Arity.Variadic)],
        Outputs = [new("concat_result", TypeSet.Any)],
        Attributes = [new("axis", AttributeKind.Int, Until: 3), new("axis", AttributeKind.Int, Since: 4, Required: true)],
    };

    /// <summary>The axis along which the inputs stand.</summary>
    public static int Axis(InferenceContext context) => context.Axis(context.Attributes.Int("axis", 1), context.Rank(0));

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int axis = Axis(context);
        context.RequireSameType(0, context.InputCount - 1);
        long[] y = [.. context.Lengths(0).Select(d => (long)d)];
        for (int i = 1; i < context.InputCount; i++)
        {
            if (!context.HasInput(i)) throw context.Invalid("an input is left out");
            int[] x = context.Lengths(i);
            if (x.Length != y.Length || x.Where((d, a) => a != axis && d != y[a]).Any()) throw context.Fail("the inputs differ in more than the length of axis " + axis.ToString(CultureInfo.InvariantCulture));
            y[axis] += x[axis];
        }

        context.SetComputedOutput(0, context.Type(0), y);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor y = context.NewOutput(0);
        int axis = Axis(context.Parameters);
        int start = 0;
        for (int i = 0; i < context.InputCount; i++)
        {
            ReferenceTensor x = context.Input(i);
            int next = 0;
            foreach (int[] position in Positions.All(x.Lengths))
            {
                int[] to = [.. position];
                to[axis] += start;
                y.CopyElement(Positions.Index(to, y.Lengths), x, next++);
            }

            start += x.Lengths[axis];
        }

        context.SetOutput(0, y);
    }
}
