using System;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>The cells of recurrent layers against their definitions in double, for every number of units around the vectors' lengths.</summary>
public class CellTests
{
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_step_of_an_LSTM_agrees_with_the_definition(bool peeps, bool coupled)
    {
        Data data = new(51);
        for (int units = 1; units <= 70; units++)
        {
            float[] sums = data.Floats(4 * units, 4);
            float[] peepholes = peeps ? data.Floats(3 * units) : [];
            float[] cell = data.Floats(units, 2);
            float[] hidden = Data.Dirty(units);
            double[] expectedCell = new double[units];
            double[] expected = new double[units];
            for (int j = 0; j < units; j++)
            {
                double Peep(int gate) => peeps ? peepholes[(gate * units) + j] : 0;
                double i = Sigmoid(sums[j] + (Peep(0) * cell[j]));
                double f = coupled ? 1 - i : Sigmoid(sums[(2 * units) + j] + (Peep(2) * cell[j]));
                expectedCell[j] = (f * cell[j]) + (i * Math.Tanh(sums[(3 * units) + j]));
                expected[j] = Sigmoid(sums[units + j] + (Peep(1) * expectedCell[j])) * Math.Tanh(expectedCell[j]);
            }

            LstmCell.Step(sums, peepholes, coupled, cell, hidden, default(Sigmoid), default(Tanh), default(Tanh));
            Expect.Close(expectedCell, cell, Tolerance, $"{units} units, cell");
            Expect.Close(expected, hidden, Tolerance, $"{units} units");
        }
    }

    [Fact]
    public void Steps_of_a_GRU_agree_with_the_definition()
    {
        Data data = new(52);
        for (int units = 1; units <= 70; units++)
        {
            float[] x = data.Floats(3 * units, 3);
            float[] s = data.Floats(3 * units, 3);
            float[] before = data.Floats(units);
            float[] candidate = data.Floats(units);
            double[] linear = new double[units], reset = new double[units], update = new double[units];
            for (int j = 0; j < units; j++)
            {
                double z = Sigmoid(x[j] + s[j]);
                double next = Math.Tanh(x[(2 * units) + j] + (Sigmoid(x[units + j] + s[units + j]) * s[(2 * units) + j]));
                linear[j] = (z * before[j]) + ((1 - z) * next);
                reset[j] = Sigmoid(x[units + j]) * before[j];
                update[j] = (Sigmoid(x[j]) * before[j]) + ((1 - Sigmoid(x[j])) * candidate[j]);
            }

            float[] hidden = (float[])before.Clone();
            GruCell.Step(x, s, hidden, default(Sigmoid), default(Tanh));
            Expect.Close(linear, hidden, Tolerance, $"{units} units, linear before reset");

            float[] r = Data.Dirty(units);
            GruCell.Reset(x, before, r, default(Sigmoid));
            Expect.Close(reset, r, Tolerance, $"{units} units, reset");

            hidden = (float[])before.Clone();
            GruCell.Update(x, candidate, hidden, default(Sigmoid));
            Expect.Close(update, hidden, Tolerance, $"{units} units, update");
        }
    }

    [Fact]
    public void Cells_check_their_sizes_and_do_not_allocate()
    {
        float[] sums = new float[4 * 33], cell = new float[33], hidden = new float[33];
        Expect.NoAllocation(() => LstmCell.Step(sums, default, false, cell, hidden, default(Sigmoid), default(Tanh), default(Tanh)));
        Expect.NoAllocation(() => GruCell.Step(sums, sums.AsSpan(33), hidden, default(Sigmoid), default(Tanh)));
        Assert.Throws<ArgumentException>(() => LstmCell.Step(sums.AsSpan(1), default, false, cell, hidden, default(Sigmoid), default(Tanh), default(Tanh)));
        Assert.Throws<ArgumentException>(() => LstmCell.Step(sums, new float[98], false, cell, hidden, default(Sigmoid), default(Tanh), default(Tanh)));
        Assert.Throws<ArgumentException>(() => GruCell.Step(sums, sums.AsSpan(34), hidden, default(Sigmoid), default(Tanh)));
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
