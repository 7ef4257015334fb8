using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Linear;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// MatMul and Gemm whose operands are not layers' weights: both depend on the input (attention), or a constant stands on the left or has
/// batches of its own. Each output is a sum of products.
/// </summary>
internal static class ContractionRule
{
    /// <summary>Products of all outputs.</summary>
    private const long ProductLimit = 1 << 20;

    /// <summary>Reads a MatMul.</summary>
    public static void MatMul(NetworkBuilder builder, Node node)
    {
        MatMulShape shape = MatMulShape.TryRead(builder.Shape(node.Inputs[0]), builder.Shape(node.Inputs[1]))!;
        Products products = ProductsOf(shape);
        builder.Add(node.Outputs[0], Sum(builder, node, products, 1).ToNode(node.Outputs[0], new AffineRounding(shape.Depth)));
    }

    /// <summary>Reads a Gemm.</summary>
    public static void Gemm(NetworkBuilder builder, Node node)
    {
        int[] y = builder.Shape(node.Outputs[0]), a = builder.Shape(node.Inputs[0]);
        (bool isLeftTransposed, bool isRightTransposed) = (node.Attributes.Int("transA", 0) != 0, node.Attributes.Int("transB", 0) != 0);
        int depth = isLeftTransposed ? a[0] : a[1];
        var products = new Products(y[0] * y[1], depth);
        for (int i = 0; i < y[0]; i++)
            for (int j = 0; j < y[1]; j++)
                for (int k = 0; k < depth; k++)
                    products.Add(isLeftTransposed ? (k * y[0]) + i : (i * depth) + k, isRightTransposed ? (j * depth) + k : (k * y[1]) + j);
        AffineSum sum = Sum(builder, node, products, node.Attributes.Float("alpha", 1));
        if (node.HasInput(2)) AddTerm(builder, sum, node.Inputs[2], y, node.Attributes.Float("beta", 1));
        // The factors alpha and beta round once more each.
        builder.Add(node.Outputs[0], sum.ToNode(node.Outputs[0], new AffineRounding(depth + 4)));
    }

    /// <summary>The matrix of a product with constants on the right, applied to the elements on the left.</summary>
    public static LinearMap Weighted(MatMulShape shape, double[] weights, int inputs)
    {
        Products products = ProductsOf(shape);
        return products.Weighted(inputs, products.Left, products.Right, weights, 1);
    }

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

    private static Products ProductsOf(MatMulShape shape)
    {
        int outputs = shape.BatchCount * shape.Rows * shape.Columns;
        var products = new Products(outputs, shape.Depth);
        int[] left = Broadcast.Indices(shape.LeftBatch, shape.BatchLengths), right = Broadcast.Indices(shape.RightBatch, shape.BatchLengths);
        for (int i = 0; i < outputs; i++)
        {
            int column = i % shape.Columns, row = i / shape.Columns % shape.Rows, batch = i / shape.Columns / shape.Rows;
            for (int k = 0; k < shape.Depth; k++)
                products.Add((((left[batch] * shape.Rows) + row) * shape.Depth) + k, (((right[batch] * shape.Depth) + k) * shape.Columns) + column);
        }

        return products;
    }

    private static AffineSum Sum(NetworkBuilder builder, Node node, Products products, double factor)
    {
        var sum = new AffineSum(products.Outputs);
        (string left, string right) = (node.Inputs[0], node.Inputs[1]);
        if (!builder.IsVariable(right)) sum.Add(builder.Index(left), products.Weighted(builder.Length(left), products.Left, products.Right, builder.Constant(right), factor));
        else if (!builder.IsVariable(left)) sum.Add(builder.Index(right), products.Weighted(builder.Length(right), products.Right, products.Left, builder.Constant(left), factor));
        else sum.Add(ProductRule.AddExact(builder, node.Outputs[0], new Operand(builder.Index(left), builder.Length(left), [.. products.Left]), new Operand(builder.Index(right), builder.Length(right), [.. products.Right])), products.Sums(factor));
        return sum;
    }

    /// <summary>The products of all outputs, one output's behind the other's.</summary>
    private sealed class Products
    {
        private readonly int _depth;

        public Products(int outputs, int depth)
        {
            if ((long)outputs * depth > ProductLimit) throw new UnverifiableException("has more products than the analysis has memory for");
            (Outputs, _depth) = (outputs, depth);
        }

        public int Outputs { get; }

        public List<int> Left { get; } = [];

        public List<int> Right { get; } = [];

        public void Add(int left, int right)
        {
            Left.Add(left);
            Right.Add(right);
        }

        /// <summary>Each output as the sum of its products.</summary>
        public LinearMap Sums(double factor)
        {
            var map = new LinearMapBuilder(Left.Count);
            for (int i = 0; i < Outputs; i++)
            {
                for (int k = 0; k < _depth; k++) map.Add((i * _depth) + k, factor);
                map.EndRow();
            }

            return map.ToMap();
        }

        /// <summary>Each output as a sum of one operand's elements, the other being constant.</summary>
        public LinearMap Weighted(int length, List<int> elements, List<int> places, double[] weights, double factor)
        {
            var map = new LinearMapBuilder(length);
            for (int i = 0; i < Outputs; i++)
            {
                foreach (int at in Enumerable.Range(i * _depth, _depth).OrderBy(k => elements[k])) map.Add(elements[at], factor * weights[places[at]]);
                map.EndRow();
            }

            return map.ToMap();
        }
    }
}
