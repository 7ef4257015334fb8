#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Determinants.</summary>
public static class Determinant
{
    /// <summary>The determinant of a matrix, which Gaussian elimination with row pivots overwrites.</summary>
    /// <param name="matrix">The elements, row by row.</param>
    /// <param name="size">The number of rows.</param>
    public static double Of(Span<double> matrix, int size)
    {
        double product = 1d;
        for (int column = 0; column < size; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < size; row++)
                if (Math.Abs(matrix[(row * size) + column]) > Math.Abs(matrix[(pivot * size) + column])) pivot = row;
            Span<double> top = matrix.Slice(column * size, size);
            if (pivot != column)
            {
                product = -product;
                Span<double> other = matrix.Slice(pivot * size, size);
                for (int k = column; k < size; k++) (top[k], other[k]) = (other[k], top[k]);
            }

            product *= top[column];
            if (top[column] == 0d) return product;
            for (int row = column + 1; row < size; row++)
            {
                Span<double> line = matrix.Slice(row * size, size);
                double factor = line[column] / top[column];
                for (int k = column; k < size; k++) line[k] -= factor * top[k];
            }
        }

        return product;
    }
}
