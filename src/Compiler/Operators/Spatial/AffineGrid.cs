using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>AffineGrid: for every pixel of an image of a given size the coordinates that an affine map of −1 … 1 takes it to.</summary>
internal sealed class AffineGrid : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "AffineGrid",
        Versions = [20],
        Inputs = [new("theta", TypeSet.Float), new("size", TypeSet.Int64)],
        Outputs = [new("grid", TypeSet.Float)],
        Attributes = [new("align_corners", AttributeKind.Int)],
    };

    /// <summary>The coordinate of a pixel: the corners' centers are at −1 and 1 where they are aligned, else their outer edges.</summary>
    /// <param name="aligned">Whether corners are aligned.</param>
    /// <param name="length">Pixels of the axis.</param>
    /// <returns>The first pixel's coordinate and the distance of neighbours.</returns>
    public static (double First, double Step) Coordinates(bool aligned, int length)
        => aligned ? (-1, length == 1 ? 0 : 2.0 / (length - 1)) : (-1 + (1.0 / length), 2.0 / length);

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] theta = context.Lengths(0);
        long[] size = context.RequireIntegers(1, "size");
        CheckTheta(context, theta);
        if (context.Rank(1) != 1 || size.Length != theta[1] + 2) throw context.Fail("size must be [samples, channels, " + (theta[1] == 3 ? "depth, " : "") + "height, width]");
        if (size[0] != theta[0]) throw context.Fail("theta and size have different numbers of samples");
        context.SetComputedOutput(0, context.Type(0), [theta[0], .. size.Skip(2), theta[1]]);
    }

    private static void CheckTheta(InferenceContext context, int[] theta)
    {
        if (theta.Length != 3 || theta[1] is not (2 or 3) || theta[2] != theta[1] + 1) throw context.Fail("theta must be [samples, 2, 3] or [samples, 3, 4]");
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int[] theta = context.Lengths(0);
        CheckTheta(context, theta);
        int[] y = shapes[0];
        if (y.Length != theta[1] + 2 || y[0] != theta[0] || y[y.Length - 1] != theta[1] || context.Rank(1) != 1 || context.Lengths(1)[0] != theta[1] + 2) return false;
        context.SetOutput(0, context.Type(0), y);
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor theta = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        bool aligned = context.Attributes.Int("align_corners", 0) != 0;
        int dimensions = theta.Lengths[1];
        int at = 0;
        foreach (int[] position in Positions.All(y.Lengths))
        {
            int row = (((position[0] * dimensions) + position[dimensions + 1]) * (dimensions + 1)) + dimensions;
            double sum = theta.Reals![row];
            for (int axis = 0; axis < dimensions; axis++)
            {
                // The coordinates of theta begin with the innermost axis.
                (double first, double step) = Coordinates(aligned, y.Lengths[axis + 1]);
                sum += theta.Reals[row - 1 - axis] * (first + (position[axis + 1] * step));
            }

            y.Reals![at++] = sum;
        }

        context.SetOutput(0, y);
    }
}
