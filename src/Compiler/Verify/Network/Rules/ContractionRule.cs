using System;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Linear;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// MatMul and Gemm whose operands are not layers' weights: both depend on the input (attention), or a constant stands on the left or has
/// batches of its own. Each output is a sum of products.
/// </summary>
internal static class ContractionRule
{
    /// <summary>Reads a MatMul.</summary>
    public static void MatMul(NetworkBuilder builder, Node node)
    {
        MatMulShape shape = MatMulShape.TryRead(builder.Shape(node.Inputs[0]), builder.Shape(node.Inputs[1]))!;
        ProductSums products = ProductsOf(shape);
        builder.Add(node.Outputs[0], Sum(builder, node, products, 1).ToNode(node.Outputs[0], new AffineRounding(shape.Depth)));
    }

    /// <summary>Reads a Gemm.</summary>
    public static void Gemm(NetworkBuilder builder, Node node)
    {
        int[] y = builder.Shape(node.Outputs[0]), a = builder.Shape(node.Inputs[0]);
        (bool isLeftTransposed, bool isRightTransposed) = (node.Attributes.Int("transA", 0) != 0, node.Attributes.Int("transB", 0) != 0);
        int depth = isLeftTransposed ? a[0] : a[1];
        var products = new ProductSums();
        for (int i = 0; i < y[0]; i++)
        {
            for (int j = 0; j < y[1]; j++)
            {
                for (int k = 0; k < depth; k++) products.Add(isLeftTransposed ? (k * y[0]) + i : (i * depth) + k, isRightTransposed ? (j * depth) + k : (k * y[1]) + j);
                products.End();
            }
        }

        AffineSum sum = Sum(builder, node, products, node.Attributes.Float("alpha", 1));
        if (node.HasInput(2)) AddTerm(builder, sum, node.Inputs[2], y, node.Attributes.Float("beta", 1));
        // The factors alpha and beta round once more each.
        builder.Add(node.Outputs[0], sum.ToNode(node.Outputs[0], new AffineRounding(depth + 4)));
    }

    /// <summary>The matrix of a product with constants on the right, applied to the elements on the left.</summary>
    public static LinearMap Weighted(MatMulShape shape, double[] weights, int inputs) => ProductsOf(shape).Weighted(weights, inputs);

    /// <summary>Adds a value or constant, spread to a shape, times a factor.</summary>
    public static void AddTerm(NetworkBuilder builder, AffineSum sum, string value, int[] shape, double factor)
    {
        if (!builder.IsVariable(value))
        {
            sum.Add(Array.ConvertAll(builder.SpreadConstant(value, shape), c => factor * c));
            return;
        }

        Operand operand = builder.Spread(value, shape);
        sum.Add(operand.Node, operand.Map(factor));
    }

    private static ProductSums ProductsOf(MatMulShape shape)
    {
        int outputs = shape.BatchCount * shape.Rows * shape.Columns;
        var products = new ProductSums();
        int[] left = Broadcast.Indices(shape.LeftBatch, shape.BatchLengths), right = Broadcast.Indices(shape.RightBatch, shape.BatchLengths);
        for (int i = 0; i < outputs; i++)
        {
            int column = i % shape.Columns, row = i / shape.Columns % shape.Rows, batch = i / shape.Columns / shape.Rows;
            for (int k = 0; k < shape.Depth; k++) products.Add((((left[batch] * shape.Rows) + row) * shape.Depth) + k, (((right[batch] * shape.Depth) + k) * shape.Columns) + column);
            products.End();
        }

        return products;
    }

    private static AffineSum Sum(NetworkBuilder builder, Node node, ProductSums products, double factor)
        => products.Of(builder, node.Outputs[0], FactorValues.Of(builder, node.Inputs[0]), FactorValues.Of(builder, node.Inputs[1]), factor);
}
