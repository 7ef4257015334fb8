using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using DigitsExample;

// An LSTM reads handwritten digits row by row, as they would come from a sensor. RowReader.Stepper carries its state from row to row.
const int Rows = 8;
string data = Path.Combine(AppContext.BaseDirectory, "data");
float[] images = NpyFile.ReadFloats(Path.Combine(data, "images.npy"));
int[] labels = [.. File.ReadLines(Path.Combine(data, "labels.txt")).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];

var reader = new RowReader.Stepper();
var right = new int[Rows];
Span<float> logits = stackalloc float[RowReader.LogitsLength];
for (int i = 0; i < labels.Length; i++)
{
    reader.Reset();
    for (int row = 0; row < Rows; row++)
    {
        reader.Step(Row(i, row), logits);
        if (ArgMax(logits) == labels[i]) right[row]++;
    }
}

for (int row = 0; row < Rows; row++) Console.WriteLine(FormattableString.Invariant($"after row {row + 1}: {100.0 * right[row] / labels.Length,5:F1} % right"));
long before = GC.GetAllocatedBytesForCurrentThread();
double time = MicrosecondsPerRow(logits);
long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
Console.WriteLine(FormattableString.Invariant($"Time per row: {time:F2} µs, {allocated} bytes allocated"));
return right[Rows - 1] >= 0.96 * labels.Length && allocated == 0 ? 0 : 1;

ReadOnlySpan<float> Row(int image, int row) => images.AsSpan(((image * Rows) + row) * RowReader.RowLength, RowReader.RowLength);

static int ArgMax(ReadOnlySpan<float> values)
{
    int best = 0;
    for (int i = 1; i < values.Length; i++)
        if (values[i] > values[best]) best = i;
    return best;
}

// The fastest of many passes over the test images: the first ones also pay for the JIT.
double MicrosecondsPerRow(Span<float> output)
{
    double best = double.MaxValue;
    for (int pass = 0; pass < 100; pass++)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < labels.Length; i++)
            for (int row = 0; row < Rows; row++) reader.Step(Row(i, row), output);
        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / (labels.Length * Rows));
    }

    return best;
}
